"""The same weights as an ONNX graph: what ONNX Runtime would run if it ran this model.

The graph is the one that ONNX Runtime's own BERT optimiser makes (onnxruntime.transformers, fusion options of `bert`):
fused attention, skip-layer-norm and bias-gelu of the domain `com.microsoft`, so that it is compared at its best.
Names of tensors: gguf package, `gguf.constants` (architecture BERT). One text a pass, no padding, no mask.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_MICROSOFT = "com.microsoft"
_OPSET = 17
_IR_VERSION = 8
"""Old enough for every ONNX Runtime of the last years."""


class GgufModel:
    """Tensors in float32, sizes and vocabulary of a GGUF file."""

    def __init__(self, path: Path) -> None:
        self._reader = gguf.GGUFReader(str(path))
        self._tensors = {tensor.name: tensor for tensor in self._reader.tensors}
        self.layers = int(self.field("bert.block_count"))
        self.heads = int(self.field("bert.attention.head_count"))
        self.epsilon = float(self.field("bert.attention.layer_norm_epsilon"))
        self.pieces: list[str] = self.field("tokenizer.ggml.tokens")

    def field(self, key: str) -> Any:
        """A value of the file's metadata."""
        return self._reader.fields[key].contents()

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor as float32, (outputs, inputs) where it is a matrix."""
        stored = self._tensors[name]
        return np.ascontiguousarray(gguf.quants.dequantize(stored.data, stored.tensor_type), dtype=np.float32)


class _Graph:
    """Nodes and weights as they are added."""

    def __init__(self, model: GgufModel) -> None:
        self.model = model
        self.nodes: list[Any] = []
        self.weights: dict[str, Any] = {}

    def weight(self, name: str, array: NDArray[Any] | None = None) -> str:
        """A weight's name; by default it is the tensor of that name."""
        if name not in self.weights:
            self.weights[name] = numpy_helper.from_array(self.model.tensor(name) if array is None else array, name)
        return name

    def matrix(self, name: str) -> str:
        """A weight as MatMul wants it: (inputs, outputs)."""
        return self.weight(f"{name}.transposed", np.ascontiguousarray(self.model.tensor(name).T))

    def add(self, kind: str, inputs: list[str], domain: str = "", **attributes: Any) -> str:
        """A node; the name of its output."""
        output = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def skip_norm(self, one: str, other: str, name: str, bias: str = "") -> str:
        """Layer norm of a sum, with the bias of the matrix before it."""
        inputs = [one, other, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        inputs += [self.weight(bias)] if bias else []
        return self.add("SkipLayerNormalization", inputs, _MICROSOFT, epsilon=self.model.epsilon)


def build_graph(model: GgufModel) -> bytes:
    """A serialised model: `ids` int64 (1, tokens) in, `row` float32 (1, outputs) out."""
    graph = _Graph(model)
    hidden = _embed(graph)
    for layer in range(model.layers):
        hidden = _layer(graph, hidden, f"blk.{layer}")
    first = graph.add("Gather", [hidden, graph.weight("first", np.array(0, np.int64))], axis=1)
    dense = graph.add("Gemm", [first, graph.weight("cls.weight"), graph.weight("cls.bias")], transB=1)
    pooled = graph.add("Tanh", [dense])
    heads = [graph.weight("cls.output.weight"), graph.weight("cls.output.bias")]
    graph.nodes.append(helper.make_node("Gemm", [pooled, *heads], ["row"], transB=1))
    made = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "guardian",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
            [helper.make_tensor_value_info("row", TensorProto.FLOAT, [1, None])],
            initializer=list(graph.weights.values()),
        ),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)],
        ir_version=_IR_VERSION,
    )
    serialised: bytes = made.SerializeToString()
    return serialised


def _embed(graph: _Graph) -> str:
    words = graph.add("Gather", [graph.weight("token_embd.weight"), "ids"])
    positions = graph.model.tensor("position_embd.weight") + graph.model.tensor("token_types.weight")[0]
    count = graph.add("Shape", ["ids"], start=1)
    start = graph.weight("start", np.array([0], np.int64))
    places = graph.add("Slice", [graph.weight("positions", positions), start, count])
    axes = graph.weight("axes", np.array([0], np.int64))
    return graph.skip_norm(words, graph.add("Unsqueeze", [places, axes]), "token_embd_norm")


def _layer(graph: _Graph, hidden: str, name: str) -> str:
    parts = [f"{name}.attn_{part}" for part in "qkv"]
    merged = np.concatenate([graph.model.tensor(f"{part}.weight").T for part in parts], axis=1)
    biases = np.concatenate([graph.model.tensor(f"{part}.bias") for part in parts])
    weights = [graph.weight(f"{name}.qkv", np.ascontiguousarray(merged)), graph.weight(f"{name}.qkv_bias", biases)]
    attended = graph.add("Attention", [hidden, *weights], _MICROSOFT, num_heads=graph.model.heads)
    output = graph.add("MatMul", [attended, graph.matrix(f"{name}.attn_output.weight")])
    middle = graph.skip_norm(output, hidden, f"{name}.attn_output_norm", f"{name}.attn_output.bias")
    up = graph.add("MatMul", [middle, graph.matrix(f"{name}.ffn_up.weight")])
    active = graph.add("BiasGelu", [up, graph.weight(f"{name}.ffn_up.bias")], _MICROSOFT)
    down = graph.add("MatMul", [active, graph.matrix(f"{name}.ffn_down.weight")])
    return graph.skip_norm(down, middle, f"{name}.layer_output_norm", f"{name}.ffn_down.bias")
