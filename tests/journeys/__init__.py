"""The running town, lived in a real browser: one story, told from the school's file to the receipt.

`conftest.py` holds the chapters: each is lived once, the first time a test asks for it, whatever tests are run.
"""
