"""FranceConnect: the State's own sign-in, offered when the town has subscribed (`ESPACE_FRANCECONNECT_…`).

    provider    the one module that speaks OpenID Connect (Authlib): discovery, authorization code, PKCE where offered
    trips       a departure of this browser and its return, tied together by the form cookie

Built to the public documentation of FranceConnect v2 (docs.partenaires.franceconnect.gouv.fr) and OpenID Connect Core.
"""
