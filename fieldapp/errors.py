"""The only errors a feature raises; web/handlers.py gives each its page."""

from collections.abc import Mapping


class RuleBroken(Exception):
    """A rule of the work forbids this. The sentence is for the user; field names the input it concerns."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class NotVisible(Exception):
    """The thing does not exist for this viewer; always a 404."""


class Conflict(Exception):
    """Somebody else changed it first: both versions are shown, nothing is overwritten."""

    def __init__(self, sentence: str, yours: Mapping[str, str], theirs: Mapping[str, str]) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.yours = yours
        self.theirs = theirs
