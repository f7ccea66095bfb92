"""The facts. Named noun.verb in the past tense; that name is the routing key, `<name>.v<version>` the type.

A published fact is never changed in place, only extended with optional fields; a breaking change is a new class
with a higher `version`, told beside the old one. Snapshots (`family.updated` …) carry everything a listener may
keep, so that one message is enough to catch up. Amounts are integer euro cents; a quotient familial is in euros.
"""
