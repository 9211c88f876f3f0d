"""Reading a localised label: what it says about the items of the route."""
