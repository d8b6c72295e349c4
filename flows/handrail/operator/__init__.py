"""Prompts, and whoever answers them: the person at the terminal, or a script in a rehearsal."""

from handrail.operator.prompts import Answer, Choice, Operator, Prompt

__all__ = ["Answer", "Choice", "Operator", "Prompt"]
