"""Démarches as data: what their forms ask, what is wrong with an answer or with a form, drafts, versions."""
