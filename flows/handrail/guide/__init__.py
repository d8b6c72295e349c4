"""A checklist for the seller's own browser; nothing is opened or sent."""

from handrail.guide.checklist import checklist
from handrail.guide.model import Checklist

__all__ = ["Checklist", "checklist"]
