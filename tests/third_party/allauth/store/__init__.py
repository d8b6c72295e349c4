"""The little Django project around django-allauth: what allauth leaves to the site that uses it."""
