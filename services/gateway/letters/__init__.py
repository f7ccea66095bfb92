"""The process that puts decision letters into vaults, beside the site: `python -m gateway.letters`."""
