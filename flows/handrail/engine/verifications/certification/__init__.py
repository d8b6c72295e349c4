"""Certify the account's information: compare every item, confirm, open the notice, certify."""
