"""Every retry policy, by name; none is ever put around a step with an effect."""

from __future__ import annotations

import logging
from typing import Literal

from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential_jitter,
    wait_fixed,
)

from handrail.engine.context.stops import FieldNotTaken, PageNotReady

logger = logging.getLogger("handrail.engine.context.retry")

PolicyName = Literal["page", "field"]

POLICIES: dict[PolicyName, AsyncRetrying] = {
    # A page that does not come: a busy site is asked again a few times, further and further apart.
    "page": AsyncRetrying(
        retry=retry_if_exception_type(PageNotReady),
        stop=stop_after_attempt(4) | stop_after_delay(90),
        wait=wait_exponential_jitter(multiplier=0.4, max=5, jitter=0.3),
        before_sleep=before_sleep_log(logger, logging.INFO),
        reraise=True,
    ),
    # A field that reads back otherwise than it was filled: an autocomplete, a late redraw.
    "field": AsyncRetrying(
        retry=retry_if_exception_type(FieldNotTaken),
        stop=stop_after_attempt(3),
        wait=wait_fixed(0.3),
        before_sleep=before_sleep_log(logger, logging.INFO),
        reraise=True,
    ),
}
