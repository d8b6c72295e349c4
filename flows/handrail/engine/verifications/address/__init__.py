"""Verify an address: compare, save, order a postcard, hand in documents."""
