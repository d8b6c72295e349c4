"""The browser: finding one, opening it as what it is, and showing the person where to look."""
