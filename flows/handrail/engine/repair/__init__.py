"""A label that moved: the person shows the element, and accepts the change to the site file."""
