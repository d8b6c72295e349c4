"""Which hosts are this machine, and which are the rest of the world."""

from __future__ import annotations
