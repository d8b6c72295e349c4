"""x"""
def test_ok(walk):
    left = walk("contact")
    assert left.code == 0
