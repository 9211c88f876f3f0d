"""A ride over HTTP with a client generated from `/openapi.json`; see README.md here.

python examples/client.py http://127.0.0.1:8714 van.jpg
"""

import sys
from pathlib import Path

from vapr_client import Client
from vapr_client.api.ride import events, look, open_, route, take
from vapr_client.models import BodyLook, ItemIn, StopIn
from vapr_client.types import File

client = Client(sys.argv[1])
first = route.sync(client=client).stops[0]
open_.sync(client=client, body=StopIn(first.id))
with Path(sys.argv[2]).open("rb") as file:
    picture = File(file, "van.jpg", "image/jpeg")
    seen = look.sync(client=client, body=BodyLook(picture))
for parcel in seen.scene.parcels:
    print(parcel.verdict, parcel.id, parcel.box)
print("missing:", seen.scene.checklist.missing)
take.sync(client=client, body=ItemIn(first.items[0].key))
print([event.kind for event in events.sync(client=client).events])
