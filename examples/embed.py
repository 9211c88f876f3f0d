"""vapr inside your own program: a camera, a ride, and what to tell the driver.

python examples/embed.py route.csv 0
"""

import sys
import time

import cv2

import vapr

route = vapr.Route.load(sys.argv[1])
ride = vapr.Session(vapr.Pipeline.load(), route, journal="ride.sqlite")
ride.open_stop(route.stops[0].id, time.time())
camera, told = cv2.VideoCapture(int(sys.argv[2])), 0

while True:
    good, image = camera.read()
    if good:
        scene = ride.look(image, time.time())
        cv2.imwrite("van.jpg", vapr.draw(image, scene, route))
    ride.tick(time.time())  # withdraws the marks when the camera hangs
    for event in ride.events(told):
        told = event.seq
        print(event.kind, event.id or event.stop, event.where or "")
        if event.kind == "all_taken" and ride.next_stop:
            ride.open_stop(ride.next_stop, time.time())
