"""Guide only: a checklist for the seller's own browser; nothing is launched and nothing is sent."""

from handrail.guide.checklist import checklist
from handrail.guide.model import Checklist

__all__ = ["Checklist", "checklist"]
