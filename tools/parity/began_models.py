"""Writes test/parity/fixtures/began_*_*.json: the networks of BEGAN, in float64.

    python3 tools/parity/began_models.py

One pass of each network of tools/parity/began_networks.py, in the form of tools/parity/translation_models.py:
weights, inputs and coefficients are made by a hash in both languages.
"""

import platform

import torch

from began_networks import autoencoder, generator
from translation_models import FIXTURES, measure, write

CASES = [
    (5, 3, 32, 1, False),
    (3, 2, 64, 3, True),
]

for build in (generator, autoencoder):
    name = build.__name__
    for latents, n, size, channels, skips in CASES:
        network = build(latents, n, size, channels, skips)
        image = [size, size, channels]
        shape = [latents] if build is generator else image
        fixture = {
            "meta": {
                "generator": "tools/parity/began_models.py",
                "versions": {"python": platform.python_version(), "torch": torch.__version__},
                "reference": "carpedm20/BEGAN-tensorflow at 722b3f1, transcribed",
                "dtype": "float64 from float32 inputs",
            },
            "name": f"{name}_{size}",
            "model": f"began{name.capitalize()}",
            "options": {"imageShape": image, "filters": n, "latentSize": latents, "skips": skips},
            "inputShape": shape,
            **measure(network, (2, *shape), 1 << 62, 2048, 4),
        }
        write(FIXTURES, "began", fixture)
