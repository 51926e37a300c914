"""Continues a training run of gan-kit in PyTorch, on one process or several.

    torchrun --nproc-per-node 2 examples/torchrun/continue.py run.pth data.pth --steps 1000 --out back.pth

run.pth is a file of exportTraining, and so is back.pth, for importTraining. data.pth is a dict of images in [-1, 1],
[count, channels, height, width]: `real` for a GAN, `a` and `b` for pix2pix and CycleGAN. With `latents`,
[steps, 2, batch, size], a GAN takes those and draws none. Processes share each batch: on GPUs by NCCL, else by gloo.
"""

import argparse
import json
import os
import random
import re

import torch
import torch.distributed as distributed
from networks import build
from players import Player
from systems import MOVED, SYSTEMS

# parts of a system that are drawn anew here: streams, pools and dropout; without others its steps would be different
DRAWN = re.compile(r"(latents|noise|flips|pool(/.*)?|\w+/layers/.*)$")
OPTIMIZERS = {"betas": torch.optim.Adam, "alpha": torch.optim.RMSprop}


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("data")
    parser.add_argument("--out", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, default=1, help="images in a step, of all processes together")
    parser.add_argument("--in-order", action="store_true", help="take the rows of the data as they come")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dropout", type=float, default=0.0, help="of a U-Net or ResNet; gan-kit's U-Net has 0.5")
    parser.add_argument("--norms", choices=["instance", "none"], help="what norms without weights are in PatchGAN")
    parser.add_argument("--discriminator-weight", type=float, default=0.5)
    parser.add_argument("--lambda-l1", type=float, default=100)
    parser.add_argument("--lambda-cycle", type=float, default=10)
    parser.add_argument("--lambda-identity", type=float, default=0.5)
    parser.add_argument("--pool", type=int, default=50, help="images in each pool of CycleGAN")
    return parser.parse_args()


class Run:
    """Networks, optimizers and average of a file, and the same again for the next one."""

    def __init__(self, path, options, device):
        self.file = torch.load(path, map_location=device, weights_only=True)
        if self.file.get("format") != "gan-kit training" or self.file["version"] != 1:
            raise SystemExit(f"{path} is not a file of exportTraining, version 1")
        if self.file["system"]["kind"] not in SYSTEMS:
            raise SystemExit(f"{path} has a {self.file['system']['kind']}, and not one of {', '.join(SYSTEMS)}")
        unknown = [part for part in self.file["without"] if not DRAWN.match(part)]
        if unknown:
            raise SystemExit(f"the system of {path} has what is not known here: {', '.join(unknown)}")
        extras = {"dropout": options.dropout, "norms": options.norms}
        self.players = {
            name: Player(build(self.file["architectures"][name], state, name, **extras), device)
            for name, state in self.file["networks"].items()
        }
        self.optimizers = {name: self.optimizer(name, saved) for name, saved in self.file["optimizers"].items()}
        self.schedule = json.loads(self.file["extra"]).get("linearDecay")
        self.steps = self.file["steps"]

    def optimizer(self, name, saved):
        networks = [self.players[one].network for one in MOVED.get(name, [name])]
        parameters = [parameter for network in networks for parameter in network.parameters()]
        (group,) = saved["param_groups"]
        (kind,) = (made for option, made in OPTIMIZERS.items() if option in group)
        optimizer = kind(parameters)
        optimizer.load_state_dict(saved)
        return optimizer

    def set_rates(self):
        """Those of gan-kit's linearDecay, if the file says so; else they stay as they are."""
        if self.schedule is None:
            return
        epoch = self.steps // self.schedule["stepsPerEpoch"]
        past = max(0, epoch + self.schedule.get("start", 1) - self.schedule["epochs"])
        rate = self.schedule["learningRate"] * max(0, 1 - past / (self.schedule["decayEpochs"] + 1))
        for optimizer in self.optimizers.values():
            optimizer.param_groups[0]["lr"] = rate

    @torch.no_grad()
    def update_average(self):
        """Moves the averaged weights; statistics and vectors are those of the newest."""
        average = self.file["ema"]
        n, decay = average["updates"], average["decay"]
        decay = min(decay, (1 + n) / (10 + n)) if average["warm_up"] else decay
        network = self.players["generator"].network
        weights = {name for name, _ in network.named_parameters()}
        for name, value in network.state_dict().items():
            kept = average["state_dict"][name]
            kept.lerp_(value, 1 - decay) if name in weights else kept.copy_(value)
        average["updates"] = n + 1

    def save(self, path):
        weights = {name: dict(player.network.state_dict()) for name, player in self.players.items()}
        moments = {name: optimizer.state_dict() for name, optimizer in self.optimizers.items()}
        changed = {"steps": self.steps, "networks": weights, "optimizers": moments, "rounded": {}}
        torch.save({**self.file, **changed}, path)


class Data:
    """The batch of each step: this process's part of it."""

    def __init__(self, path, options, device):
        self.tensors = torch.load(path, map_location=device, weights_only=True)
        self.latents = self.tensors.pop("latents", None)
        self.options, self.device = options, device
        self.rank, self.processes = distributed.get_rank(), distributed.get_world_size()
        if options.batch % self.processes != 0:
            raise SystemExit(f"--batch {options.batch} is no multiple of {self.processes} processes")

    def rows(self, step, generator, count):
        batch = self.options.batch
        if self.options.in_order:
            return torch.arange(step * batch, (step + 1) * batch) % count
        return torch.randint(count, (batch,), generator=generator)

    def part(self, whole):
        return whole.chunk(self.processes)[self.rank].to(self.device)

    def batch(self, step, made, paired, latent_size):
        generator = torch.Generator().manual_seed(self.options.seed * 2**32 + made)
        batch, rows = {}, None
        for name, images in self.tensors.items():
            rows = rows if rows is not None and paired else self.rows(step, generator, len(images))
            batch[name] = self.part(images[rows.to(images.device)])
        if self.latents is not None:
            batch["latents"] = [self.part(z) for z in self.latents[step]]
        elif latent_size is not None:
            draw = lambda: torch.randn(self.options.batch, latent_size, generator=generator)
            batch["latents"] = [self.part(draw()) for _ in range(2)]
        return batch


def averaged(losses):
    """The losses of the whole batch: the mean over the processes."""
    values = torch.stack([loss.detach() for loss in losses.values()])
    distributed.all_reduce(values)
    return dict(zip(losses, (values / distributed.get_world_size()).tolist()))


def latent_size_of(network):
    first = network.main[0] if hasattr(network, "main") else None
    return getattr(first, "in_features", getattr(first, "in_channels", None))


def main():
    options = read_arguments()
    on_gpu = torch.cuda.is_available()
    distributed.init_process_group("nccl" if on_gpu else "gloo")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if on_gpu else torch.device("cpu")
    if on_gpu:
        torch.cuda.set_device(device)
    rank = distributed.get_rank()
    random.seed(options.seed * 1000 + rank)
    torch.manual_seed(options.seed * 1000 + rank)

    run = Run(options.run, options, device)
    data = Data(options.data, options, device)
    kind = run.file["system"]["kind"]
    system = SYSTEMS[kind](run.file["system"], options)
    latent_size = latent_size_of(run.players["generator"].network) if kind == "GAN" else None
    for step in range(options.steps):
        run.set_rates()
        batch = data.batch(step, run.steps, kind == "Pix2Pix", latent_size)
        losses = system.step(run.players, run.optimizers, batch, run.steps)
        run.steps += 1
        if "generator" in losses and "ema" in run.file:
            run.update_average()
        mean = averaged(losses)
        if rank == 0:
            print(json.dumps({"step": run.steps, **mean}), flush=True)
    if rank == 0:
        run.save(options.out)
    distributed.destroy_process_group()


if __name__ == "__main__":
    main()
