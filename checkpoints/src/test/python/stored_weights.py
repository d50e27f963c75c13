"""Writes src/test/resources/weights: small checkpoints that store their weights in parts, and the
weights themselves as the scheme's own library has them (GPTQ and AWQ: as their published formulas).

Needs torch, numpy, ml_dtypes, safetensors, bitsandbytes, compressed-tensors and mlx[cpu]:
python stored_weights.py FOLDER
"""

import json
import sys
from pathlib import Path

import bitsandbytes.functional as bnb
import ml_dtypes
import mlx.core as mx
import numpy as np
import torch
from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.utils import parametrizations, prune

FOLDER = Path(sys.argv[1])
torch.manual_seed(12)


def write(scheme, stored, expected, **configs):
    folder = FOLDER / scheme
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in stored.items()}, folder / "model.safetensors")
    save_file(
        {k: v.to(torch.float32).contiguous() for k, v in expected.items()},
        folder / "expected.safetensors",
    )
    for name, content in configs.items():
        (folder / f"{name}.json").write_text(json.dumps(content))


def state(module):
    return {k: v.detach().clone() for k, v in module.state_dict().items()}


def reparametrised():
    stored, expected = {}, {}

    def add(name, module, reparametrise):
        reparametrise(module)
        module.eval()
        module(torch.zeros(2, getattr(module, "in_features", 0) or module.in_channels, *SIZES[module.weight.dim()]))
        stored.update({f"{name}.{k}": v for k, v in state(module).items()})
        expected[f"{name}.weight"] = module.weight.detach()

    def scaled(norm):
        def apply(module):
            norm(module)
            for name, parameter in module.named_parameters():
                if name.endswith(("weight_g", "original0")):
                    parameter.data *= torch.exp(torch.randn_like(parameter))

        return apply

    def powered(norm):
        def apply(module):
            norm(module)
            module.train()
            for _ in range(20):
                module(torch.zeros(2, getattr(module, "in_features", 0) or module.in_channels, *SIZES[module.weight.dim()]))

        return apply

    old, new = nn.utils.weight_norm, parametrizations.weight_norm
    add("old.conv", nn.Conv1d(6, 8, 5), scaled(lambda m: old(m, dim=2)))
    add("old.out", nn.Linear(12, 10), scaled(lambda m: old(m, dim=0)))
    add("old.whole", nn.Linear(12, 10), scaled(lambda m: old(m, dim=None)))
    add("new.transposed", nn.ConvTranspose1d(6, 8, 3), scaled(lambda m: new(m, dim=1)))
    add("new.linear", nn.Linear(12, 10), scaled(new))
    add("spectral.old", nn.Conv2d(4, 6, 3), powered(nn.utils.spectral_norm))
    add("spectral.transposed", nn.ConvTranspose2d(4, 6, 3), powered(nn.utils.spectral_norm))
    add("spectral.new", nn.Linear(12, 10), powered(parametrizations.spectral_norm))
    add("pruned", nn.Linear(12, 10), lambda m: prune.l1_unstructured(m, "weight", 0.5))
    write("reparametrised", stored, expected)


SIZES = {2: (), 3: (9,), 4: (9, 9)}


def eight_bits():
    stored, expected = {}, {}

    def blocks(scale, rows, columns, side=128):
        return scale.repeat_interleave(side, 0)[:rows].repeat_interleave(side, 1)[:, :columns]

    w = torch.randn(160, 136) * 0.02
    s = torch.rand(2, 2) * 1e-3 + 1e-4
    q = (w / blocks(s, 160, 136)).clamp(-448, 448).to(torch.float8_e4m3fn)
    stored |= {"block.weight": q, "block.weight_scale_inv": s}
    expected["block.weight"] = q.float() * blocks(s, 160, 136)

    def add(name, q, s, scale_name, zero=None):
        stored[f"{name}.weight"] = q
        stored[f"{name}.{scale_name}"] = s
        stored[f"{name}.input_scale"] = torch.tensor(1.0)
        if zero is not None:
            stored[f"{name}.weight_zero_point"] = zero
        shift = 0 if zero is None else zero.float()
        expected[f"{name}.weight"] = (q.float() - shift) * s.float()

    w = torch.randn(12, 16)
    add("row", (w * 90).to(torch.float8_e5m2), torch.rand(12, 1, dtype=torch.bfloat16), "weight_scale")
    add("whole", (w * 90).to(torch.float8_e4m3fn), torch.tensor(0.01), "scale_weight")
    add("deepseek", (w * 90).to(torch.float8_e4m3fn), torch.tensor([[0.01]]), "scale")
    i8 = (w * 30).round().clamp(-128, 127).to(torch.int8)
    add("int8", i8, torch.rand(12, 1), "weight_scale", torch.randint(-5, 5, (12, 1)).to(torch.int8))
    stored["cast.weight"] = w.to(torch.float8_e5m2)
    expected["cast.weight"] = stored["cast.weight"].float()
    q, absmax, _ = bnb.int8_vectorwise_quant(w.half())
    stored |= {"bnb.weight": q, "bnb.SCB": absmax, "bnb.weight_format": torch.tensor(0, dtype=torch.uint8)}
    expected["bnb.weight"] = bnb.int8_vectorwise_dequant(q, absmax)
    write("eight-bits", stored, expected)


def every_eight_bit_pattern():
    """Each finite pattern of the float types, read by ml_dtypes."""
    stored, expected = {}, {}
    for name, dtype, theirs in (
        ("e4m3", torch.float8_e4m3fn, ml_dtypes.float8_e4m3fn),
        ("e5m2", torch.float8_e5m2, ml_dtypes.float8_e5m2),
        ("e4m3fnuz", torch.float8_e4m3fnuz, ml_dtypes.float8_e4m3fnuz),
        ("e5m2fnuz", torch.float8_e5m2fnuz, ml_dtypes.float8_e5m2fnuz),
    ):
        patterns = np.arange(256, dtype=np.uint8)
        values = patterns.view(theirs).astype(np.float32)
        patterns = np.where(np.isfinite(values), patterns, 0).astype(np.uint8).reshape(16, 16)
        stored[f"{name}.weight"] = torch.from_numpy(patterns).view(dtype)
        expected[f"{name}.weight"] = torch.from_numpy(patterns.view(theirs).astype(np.float32))
    write("every-eight-bit-pattern", stored, expected)


def compressed_tensors():
    stored, expected = {}, {}
    for bits, name, asymmetric in ((4, "int4", False), (4, "int4zero", True), (8, "int8", False)):
        rows, columns, group = 16, 64, 32
        low, high = -(2 ** (bits - 1)), 2 ** (bits - 1)
        q = torch.randint(low, high, (rows, columns), dtype=torch.int8)
        s = torch.rand(rows, columns // group)
        stored |= {
            f"{name}.weight_packed": pack_to_int32(q, bits),
            f"{name}.weight_scale": s,
            f"{name}.weight_shape": torch.tensor([rows, columns]),
        }
        z = torch.zeros(rows, columns // group, dtype=torch.int8)
        if asymmetric:
            z = torch.randint(low, high, z.shape, dtype=torch.int8)
            stored[f"{name}.weight_zero_point"] = pack_to_int32(z, bits, packed_dim=0)
        wide = lambda t: t.float().repeat_interleave(group, 1)
        expected[f"{name}.weight"] = (q.float() - wide(z)) * wide(s)
    write("compressed-tensors", stored, expected)


E2M1 = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6])


def four_bit_floats():
    stored, expected = {}, {}
    codes = torch.randint(0, 16, (8, 64), dtype=torch.uint8)
    packed = codes[:, 0::2] | codes[:, 1::2] << 4
    values = E2M1[codes.long()]
    s16 = (torch.rand(8, 4) * 100 + 1).to(torch.float8_e4m3fn)
    wide = s16.float().repeat_interleave(16, 1)
    stored |= {
        "ct.weight_packed": packed,
        "ct.weight_scale": s16,
        "ct.weight_global_scale": torch.tensor([40.0]),
        "modelopt.weight": packed.clone(),
        "modelopt.weight_scale": s16.clone(),
        "modelopt.weight_scale_2": torch.tensor(0.025),
        "modelopt.input_scale": torch.tensor(0.5),
    }
    expected["ct.weight"] = values * (wide / 40.0)
    expected["modelopt.weight"] = values * wide * 0.025
    exponents = torch.randint(118, 130, (8, 2), dtype=torch.uint8)
    stored |= {"mlp.proj_blocks": packed.reshape(8, 2, 16).clone(), "mlp.proj_scales": exponents}
    expected["mlp.proj"] = values * torch.pow(2.0, exponents.float() - 127).repeat_interleave(32, 1)
    write("four-bit-floats", stored, expected)


def bitsandbytes():
    stored, expected = {}, {}
    for name, kind, nested in (("plain", "nf4", False), ("nested", "nf4", True), ("fp4", "fp4", False)):
        w = torch.randn(24, 96)
        q, quant_state = bnb.quantize_4bit(w, blocksize=64, compress_statistics=nested, quant_type=kind)
        stored[f"{name}.weight"] = q
        for key, value in quant_state.as_dict(packed=True).items():
            stored[f"{name}.weight.{key}"] = value
        expected[f"{name}.weight"] = bnb.dequantize_4bit(q, quant_state)
    write("bitsandbytes", stored, expected)


def mlx():
    for bits in (2, 3, 4, 6, 8):
        w = mx.random.normal((8, 128))
        q, scales, biases = mx.quantize(w, group_size=64, bits=bits)
        back = mx.dequantize(q, scales, biases, group_size=64, bits=bits)
        write(
            f"mlx{bits}",
            {
                "fc.weight": torch.from_numpy(np.array(q)),
                "fc.scales": torch.from_numpy(np.array(scales)),
                "fc.biases": torch.from_numpy(np.array(biases)),
            },
            {"fc.weight": torch.from_numpy(np.array(back))},
            config={"quantization": {"group_size": 64, "bits": bits}},
        )


def stacks():
    """Matrices behind each other, as fused experts are stored; MLX's are those of mlx4, which must
    be there already."""
    codes = torch.randint(0, 16, (3, 6, 64), dtype=torch.uint8)
    packed = codes[..., 0::2] | codes[..., 1::2] << 4
    exponents = torch.randint(118, 130, (3, 6, 2), dtype=torch.uint8)
    stored = {
        "experts.gate_up_proj_blocks": packed.reshape(3, 6, 2, 16),
        "experts.gate_up_proj_scales": exponents,
    }
    expected = {
        "experts.gate_up_proj": E2M1[codes.long()]
        * torch.pow(2.0, exponents.float() - 127).repeat_interleave(32, -1)
    }
    w = (torch.randn(3, 8, 12) * 100).to(torch.float8_e4m3fn)
    s = torch.rand(3, 2, 3) + 0.1
    stored |= {"experts.down_proj.weight": w, "experts.down_proj.weight_scale_inv": s}
    expected["experts.down_proj.weight"] = w.float() * s.repeat_interleave(4, 1).repeat_interleave(4, 2)
    row = torch.rand(3, 8, 1) + 0.1
    stored |= {"experts.up_proj.weight": w.clone(), "experts.up_proj.weight_scale": row}
    expected["experts.up_proj.weight"] = w.float() * row
    for name, tensors in (("model", stored), ("expected", expected)):
        for key, value in load_file(FOLDER / "mlx4" / f"{name}.safetensors").items():
            tensors[f"switch_mlp.{key}"] = torch.stack([value, value.flip(0)])
    write("stacks", stored, expected, config={"quantization": {"group_size": 64, "bits": 4}})


def words(codes, bits, axis):
    """Codes along an axis as one stream of bits, the lowest first, in words of 32."""
    codes = np.moveaxis(codes, axis, -1).astype(np.uint64)
    stream = ((codes[..., None] >> np.arange(bits, dtype=np.uint64)) & np.uint64(1)).reshape(*codes.shape[:-1], -1, 32)
    packed = (stream << np.arange(32, dtype=np.uint64)).sum(-1).astype(np.uint32).view(np.int32)
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(packed, -1, axis)))


def gptq():
    rng = np.random.default_rng(5)
    for bits in (2, 3, 4, 8):
        inputs, outputs, groups = 64, 32, 2
        q = rng.integers(0, 2**bits, (inputs, outputs))
        z = rng.integers(0, 2**bits - 1, (groups, outputs))
        s = torch.rand(groups, outputs).half()
        group = np.arange(inputs) // (inputs // groups)
        if bits == 4:
            rng.shuffle(group)
        w = s.float().numpy()[group] * (q - (z[group] + 1))
        write(
            f"gptq{bits}",
            {
                "fc.qweight": words(q, bits, 0),
                "fc.qzeros": words(z, bits, 1),
                "fc.scales": s,
                "fc.g_idx": torch.from_numpy(group.astype(np.int32)),
            },
            {"fc.weight": torch.from_numpy(w.T.astype(np.float32))},
            quantize_config={"bits": bits, "group_size": 32},
        )


def awq():
    rng = np.random.default_rng(6)
    inputs, outputs, groups = 32, 24, 2
    order = np.array([0, 2, 4, 6, 1, 3, 5, 7])
    interleaved = lambda codes: codes.reshape(codes.shape[0], -1, 8)[:, :, order].reshape(codes.shape)
    q = rng.integers(0, 16, (inputs, outputs))
    z = rng.integers(0, 16, (groups, outputs))
    s = torch.rand(groups, outputs).half()
    wide = lambda t: np.repeat(t, inputs // groups, 0)
    w = (q - wide(z)) * wide(s.float().numpy())
    write(
        "awq",
        {"fc.qweight": words(interleaved(q), 4, 1), "fc.qzeros": words(interleaved(z), 4, 1), "fc.scales": s},
        {"fc.weight": torch.from_numpy(w.T.astype(np.float32))},
    )


def lora():
    """Adapters that PEFT writes, and the weights that it merges."""
    from peft import LoraConfig, get_peft_model
    from transformers.pytorch_utils import Conv1D

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.h = nn.ModuleList([nn.Linear(12, 20), nn.Linear(20, 12)])
            self.conv = nn.Conv2d(5, 9, 3)
            self.c_attn = Conv1D(20, 12)

    for name, options in (
        ("plain", {"target_modules": ["h.0", "h.1", "conv"], "alpha_pattern": {"h.1": 12}}),
        ("rslora", {"target_modules": ["h.0"], "use_rslora": True}),
        ("transposed", {"target_modules": ["c_attn"], "fan_in_fan_out": True}),
    ):
        network = Network()
        base = state(network)
        model = get_peft_model(network, LoraConfig(r=4, lora_alpha=6, **options))
        for parameter_name, parameter in model.named_parameters():
            if "lora_B" in parameter_name:
                parameter.data = torch.randn_like(parameter)
        folder = FOLDER.parent / "lora" / name
        model.save_pretrained(folder)
        (folder / "README.md").unlink(missing_ok=True)
        config = json.loads((folder / "adapter_config.json").read_text())
        kept = ("lora_alpha", "r", "use_rslora", "alpha_pattern", "fan_in_fan_out")
        (folder / "adapter_config.json").write_text(json.dumps({k: config[k] for k in kept}))
        save_file(base, folder / "base.safetensors")
        merged = state(model.merge_and_unload())
        changed = [k for k in base if k.endswith("weight") and not torch.equal(base[k], merged[k])]
        save_file({k: merged[k].contiguous() for k in changed}, folder / "expected.safetensors")


lora()
reparametrised()
eight_bits()
every_eight_bit_pattern()
compressed_tensors()
four_bit_floats()
bitsandbytes()
mlx()
stacks()
gptq()
awq()
