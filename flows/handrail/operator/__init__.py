"""Prompts, and the operators that answer them: a person or a script."""

from handrail.operator.prompts import STOP_ALL, Answer, Choice, Operator, Prompt

__all__ = ["STOP_ALL", "Answer", "Choice", "Operator", "Prompt"]
