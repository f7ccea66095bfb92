"""« Démarches » in the menu of the space: the pages are those of everybody."""

from gateway.navigation import Entry

navigation = [Entry("Démarches", "public.procedures.show", order=25)]
