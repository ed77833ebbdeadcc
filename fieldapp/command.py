"""What the verbs of the command share: the app as the environment describes it, and faults as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click
from flask import Flask

from fieldapp import config
from fieldapp.app import create_app, move_clock


def opened(**changed: Any) -> Flask:
    """The app on the data folder that the environment names."""
    settings = replace(config.from_environment(), **changed)
    move_clock(settings)
    return create_app(settings)


@contextmanager
def in_words() -> Iterator[None]:
    """What went wrong as one sentence and exit status 1."""
    from fieldapp.office.telling import sentence_of

    try:
        yield
    except Exception as error:
        sentence = sentence_of(error)
        if not sentence:
            raise
        raise click.ClickException(sentence) from error
