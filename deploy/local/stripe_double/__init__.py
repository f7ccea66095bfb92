"""A double of Stripe's Checkout, for a machine without Stripe: same API, same objects, same signatures.

    python -m deploy.local.stripe_double

It answers the official SDK (Checkout Sessions, PaymentIntents, Charges, Refunds, Events, idempotency keys), shows
a pay page in French, and notifies the gateway with signed webhooks that `/` (a page) or `/_double/…` (JSON)
can repeat, delay, shuffle or lose. It takes no money and keeps no card number.

Environment: ESPACE_STRIPE_DOUBLE_PORT, ESPACE_STRIPE_DOUBLE_DIR (state, kept between starts), ESPACE_STRIPE_KEY,
ESPACE_STRIPE_WEBHOOK_URL, ESPACE_STRIPE_WEBHOOK_SECRET. Time is real time, as Stripe's is.
"""
