"""An activity’s terms, as an agent writes them and a family reads them."""
