"""The API for programs: public reads for everybody, a reader's own things with their token.

In English alone. No cookie is read here, so that no other site can ask in a reader's name.
"""
