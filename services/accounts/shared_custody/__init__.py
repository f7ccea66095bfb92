"""Children of two homes: with which family a child is on a day, as agreed, answered and decided."""
