"""What RePORTER's criteria can say of a search: texts, lists of values, ranges."""
