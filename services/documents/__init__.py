"""The vault's memory: who has which sealed document, and what was shared with the town. It reads none of them.

keyring   an account's public key and wrapped private key
vault     the documents of an account, entered, described, deleted
shares    what was attached, to what, until when, and who opened it
readings  when its owner opened a document
town_key  the town's key for requests: the one key of this service, and it opens shares only
orphans   objects that nobody owns any more, and rows whose object is gone
requests  what is given to the town without an account; letters into vaults; which department opens what
types     kinds of documents and until when they serve
"""
