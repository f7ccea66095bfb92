"""What other systems call: signed by them instead of carrying our CSRF token; under /webhooks."""
