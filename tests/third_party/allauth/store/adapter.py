"""Where allauth keeps phone numbers, and how it sends texts: the hooks it leaves to a site."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter

from .models import Seller
from .outbox import deliver


class StoreAdapter(DefaultAccountAdapter):
    """Store phones on the user; send texts to the outbox."""

    def send_verification_code_sms(self, user: Seller, phone: str, code: str, **_: Any) -> None:
        """Send the code in one text."""
        deliver("phone", phone, f"Your verification code is {code}")

    def set_phone(self, user: Seller, phone: str, verified: bool) -> None:
        """Store the number together with its state."""
        user.phone = phone
        user.phone_verified = verified
        user.save(update_fields=["phone", "phone_verified"])

    def get_phone(self, user: Seller) -> tuple[str, bool] | None:
        """Return the number and whether it is verified."""
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone_verified(self, user: Seller, phone: str) -> None:
        """Store the number as verified: a change reaches storage here for the first time."""
        self.set_phone(user, phone, True)

    def get_user_by_phone(self, phone: str) -> Seller | None:
        """Find the user who has this number."""
        found: Seller | None = Seller.objects.filter(phone=phone).first()
        return found
