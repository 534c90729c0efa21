"""Rules of sums of products: linear layers, matrices, attention; and of what works on each place alone."""

from __future__ import annotations

from course_utils.networks.audit.layout import plain
from course_utils.networks.audit.rules import rule
from course_utils.networks.audit.track import Track
from course_utils.networks.audit.values import tensors_in

ACTIVATIONS = {
    "relu", "relu6", "elu", "celu", "selu", "gelu", "silu", "mish", "hardswish", "hardsigmoid", "hardtanh",
    "hardshrink", "softshrink", "softplus", "softsign", "tanhshrink", "leaky_relu", "rrelu", "prelu", "logsigmoid",
    "threshold",
}  # fmt: skip
NORMS = {
    "batch_norm", "instance_norm", "group_norm", "layer_norm", "rms_norm", "local_response_norm", "normalize",
    "native_layer_norm", "native_group_norm", "native_batch_norm", "softmax", "log_softmax", "softmin",
    "gumbel_softmax", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_dropout", "alpha_dropout",
    "feature_alpha_dropout",
}  # fmt: skip
COPIES = {
    "to", "float", "half", "double", "bfloat16", "type", "type_as", "int", "long", "bool", "cpu", "cuda",
    "contiguous", "clone", "detach", "attribute data", "attribute real", "alias", "requires_grad", "nan_to_num",
    "pin_memory", "as_tensor", "asarray", "resolve_conj", "fake_quantize_per_tensor_affine",
}  # fmt: skip


@rule("zeros_like", "ones_like", "empty_like", "rand_like", "randn_like", "full_like", "new_zeros", "new_ones",
      "new_full", "new_empty", "new_tensor")  # fmt: skip
def made_anew(call):
    """Of another tensor it has the shape or the type, and none of its values."""
    return


@rule(*sorted(ACTIVATIONS | NORMS | COPIES))
def keeps(call):
    """Every sample stays where it is. (A norm mixes the whole map, but evenly.)"""
    x = call.arg(0, "input")
    track = call.track(x)
    out = tensors_in(call.out)
    if track is None:
        return call.lost("its settings depend on the image") if call.tracks() else None
    if track.lost:
        return [call.still_lost(track.lost, each) for each in out]
    if out[0].shape != x.shape:
        return [call.lost(f"{call.name} changed the shape", each) for each in out]
    rest = [Track(tuple(map(plain, each.shape))) for each in out[1:]]
    return [track, *rest] if rest else track


@rule("copy")
def copy(call):
    """``x.copy_(y)``: what is copied brings its places."""
    return call.track(call.arg(1, "src")) or call.track(call.arg(0, "input"))


@rule("glu", "cumsum", "cumprod", "sort", "topk")
def along_one(call):
    """Along channels every place stays; along a map it does not."""
    x = call.arg(0, "input")
    track = call.track(x)
    if track is None:
        return None
    at = {"glu": 1, "cumsum": 1, "cumprod": 1, "sort": 1, "topk": 2}.get(call.name, 1)
    dim = call.arg(at, "dim", -1)
    outs = tensors_in(call.out)
    if track.lost or track.dims[dim].axes:
        why = track.lost or f"{call.name} along a map"
        return [call.lost(why, each) for each in outs]
    dims = list(track.dims)
    dims[dim] = plain(outs[0].shape[dim])
    return [track.with_dims(dims)] * len(outs)


@rule("linear")
def linear(call):
    return contracted(call, call.arg(0, "input"), -1)


def contracted(call, x, index):
    """The last dims of the answer are channels again; what ran along one of them is averaged."""
    track = call.track(x)
    if track is None:
        return call.lost("its weights depend on the image") if call.tracks() else None
    if track.lost:
        return call.still_lost(track.lost)
    index %= len(track.dims)
    before = track.axes
    track = track.averaged(index)
    if track.axes != before:
        return call.lost("a linear layer mixes all places")
    dims = list(track.dims)
    dims[index] = plain(call.out.shape[-1])
    return track.with_dims(dims)


@rule("matmul", "rmatmul", "bmm", "mm", "mv", "dot")
def matmul(call):
    one, other = call.arg(0, "input"), call.arg(1, "other", call.kwargs.get("mat2"))
    if call.name == "rmatmul":
        one, other = other, one
    return product(call, one, other)


@rule("baddbmm", "addmm", "addbmm")
def added_product(call):
    return product(
        call, call.arg(1, "batch1", call.kwargs.get("mat1")), call.arg(2, "batch2", call.kwargs.get("mat2"))
    )


def product(call, one, other):
    """Rows of the answer sit where the first's rows do; or its columns where the second's do.

    In attention both run along the picture: queries as rows, keys as columns. What is read by the queries is laid
    out as they are, so the rows are kept.
    """
    first, second = call.track(one), call.track(other)
    shape = call.out.shape
    for track in (first, second):
        if track is not None and track.lost:
            return call.still_lost(track.lost)
    if one.ndim < 2 or other.ndim < 2:
        return (
            call.lost("a product with one vector")
            if any(t and t.is_map for t in (first, second))
            else _flat(call)
        )
    if first is not None and _rows(first).axes:
        track = _without_dim(first, -1)
        if second is None and track.with_dims(track.dims).axes != first.axes:
            return call.lost("a fixed matrix mixes all places")
        track = track if second is None else track.attended()
        return track.with_dims([*_ahead(track, shape), track.dims[-2], plain(shape[-1])])
    if second is not None and second.dims[-1].axes:
        track = _without_dim(second, -2)
        if first is None and track.with_dims(track.dims).axes != second.axes:
            return call.lost("a fixed matrix mixes all places")
        return track.with_dims([*_ahead(track, shape), plain(shape[-2]), track.dims[-1]])
    for track in (first, second):  # windows run along the batch alone
        if track is not None and any(dim.axes for dim in track.dims[:-2]):
            within = any(dim.axes for dim in track.dims[-2:])
            ahead = _ahead(track, shape)
            if not within:
                return track.with_dims([*ahead, plain(shape[-2]), plain(shape[-1])])
    return _summed_up(call, (first, second))


def _summed_up(call, tracks):
    """All places in one sum: a summary of the picture, or, by a fixed matrix, places in a new order."""
    if None in tracks and any(track is not None and track.is_map for track in tracks):
        return call.lost("a fixed matrix mixes all places")
    return _flat(call)


def _rows(track):
    return track.dims[-2]


def _without_dim(track, index):
    """Summed over one dimension: what ran along it is averaged where it was the map's own, dropped in attention."""
    index %= len(track.dims)
    elsewhere = set().union(*(dim.axes for i, dim in enumerate(track.dims) if i != index))
    if track.dims[index].axes & elsewhere:
        return track.averaged(index)
    dims = list(track.dims)
    dims[index] = plain(1)
    return track.with_dims(dims)


def _ahead(track, shape):
    """The dims before the last two, broadcast to the answer's."""
    own = list(track.dims[:-2])
    missing = len(shape) - 2 - len(own)
    own = [plain(1)] * missing + own
    return [dim if dim.size == size else plain(size) for dim, size in zip(own, shape[:-2], strict=True)]


def _flat(call):
    return [Track(tuple(map(plain, each.shape))) for each in tensors_in(call.out)]


@rule("scaled_dot_product_attention")
def attention(call):
    return as_queries(call, call.arg(0, "query"))


@rule("multi_head_attention_forward", "native_multi_head_attention", "transformer_encoder_layer_fwd")
def whole_attention(call):
    outs = tensors_in(call.out)
    track = as_queries(call, call.arg(0, "query"), outs[0])
    return [track, *(Track(tuple(map(plain, each.shape))) for each in outs[1:])]


def as_queries(call, query, out=None):
    """What attention answers lies where the queries do."""
    track = call.track(query)
    out = call.out if out is None else out
    if track is None:
        return Track(tuple(map(plain, out.shape)))  # learned queries have no places
    if track.lost:
        return call.still_lost(track.lost, out)
    return track.attended().with_dims([*track.dims[:-1], plain(out.shape[-1])])


@rule("einsum")
def einsum(call):
    equation = call.arg(0, "equation")
    operands = list(call.args[1:])
    operands = (
        list(operands[0]) if len(operands) == 1 and isinstance(operands[0], (tuple, list)) else operands
    )
    tracks = [call.track(each) for each in operands]
    why = next((track.lost for track in tracks if track and track.lost), "")
    if why:
        return call.still_lost(why)
    if not any(track and track.is_map for track in tracks):
        return _flat(call)
    if not isinstance(equation, str) or "." in equation:
        return call.lost("an einsum with dots")
    inputs, _, result = equation.replace(" ", "").partition("->")
    return _by_letters(call, tracks, inputs.split(","), result)


def _by_letters(call, tracks, inputs, result):
    """The first operand whose letters run along the map into the answer says where it sits."""
    best = None
    for track, letters in zip(tracks, inputs, strict=True):
        if track is None or not track.is_map:
            continue
        kept = {letter: dim for letter, dim in zip(letters, track.dims, strict=True) if letter in result}
        axes = set().union(*(dim.axes for dim in kept.values())) if kept else set()
        if axes and (best is None or len(axes) > len(best[2])):
            best = (track, letters, axes)
    if best is None:
        return _summed_up(call, tracks)
    track, letters, _ = best
    for i, letter in enumerate(letters):
        if letter not in result and track.dims[i].axes:
            track = _without_dim(track, i)
    dims = dict(zip(letters, track.dims, strict=True))
    sizes = call.out.shape
    return track.with_dims(
        [dims[letter] if letter in dims else plain(size) for letter, size in zip(result, sizes, strict=True)]
    )
