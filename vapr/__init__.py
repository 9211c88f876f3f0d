"""vapr: which parcels of this van belong to this stop?"""
