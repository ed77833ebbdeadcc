"""Editions as their readers see them."""

from flask import Blueprint

from fieldapp.publishing import models  # noqa: F401

pages = Blueprint("publishing", __name__)
