"""Forms of the closing."""

from fieldapp.web.forms import Form


class StepForm(Form):
    """A step that has nothing to fill in."""
