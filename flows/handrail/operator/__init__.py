"""Prompts, and whoever answers them: the person at the terminal, or a script in a rehearsal."""

from handrail.operator.prompts import STOP_ALL, Answer, Choice, Operator, Prompt

__all__ = ["STOP_ALL", "Answer", "Choice", "Operator", "Prompt"]
