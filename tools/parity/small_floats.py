"""Writes test/parity/fixtures/small_floats.json: what each code of a float of 8 or 16 bits means.

    python3 -m pip install torch numpy
    python3 tools/parity/small_floats.py
"""

import hashlib
import json
import pathlib

import torch

OUT = pathlib.Path(__file__).parents[2] / "test" / "parity" / "fixtures" / "small_floats.json"
QUARTERS = {
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "F8_E8M0": torch.float8_e8m0fnu,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz,
    "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
}
HALVES = {"F16": torch.float16, "BF16": torch.bfloat16}


def words(codes, dtype):
    """The float32 words; of NaN one, as processors differ in its payload."""
    floats = codes.view(dtype).float()
    return torch.where(floats.isnan(), torch.tensor(float("nan")), floats).view(torch.int32)


fixture = {
    "meta": {
        "generator": "tools/parity/small_floats.py",
        "versions": {"torch": torch.__version__},
        "dtype": "int32 words of float32, by code; of 16 bits the SHA-256 of all 65,536, little-endian",
        "seed": None,
    },
    "words": {
        name: words(torch.arange(256).to(torch.uint8), dtype).tolist()
        for name, dtype in QUARTERS.items()
    },
    "sha256": {
        name: hashlib.sha256(
            words(torch.arange(65_536).to(torch.uint16), dtype).numpy().astype("<i4").tobytes()
        ).hexdigest()
        for name, dtype in HALVES.items()
    },
}
OUT.write_text(json.dumps(fixture) + "\n")
print(f"{OUT.name}: {OUT.stat().st_size / 1024:.0f} kB")
