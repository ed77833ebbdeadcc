"""Forms of publishing."""

from fieldapp.web.forms import Form


class SendForm(Form):
    """Sending an edition out."""
