"""The office's and the signers' pages of a closing. No unit comes here but to say whether a finding is so."""

from flask import Blueprint

pages = Blueprint("closing", __name__)

from fieldapp.closing import fact_models, models  # noqa: E402, F401
from fieldapp.closing.views import (  # noqa: E402, F401
    facts,
    papers,
    pictures,
    reopening,
    reviewing,
    signers,
    signing,
    telling,
    verifying,
)
