/**
 * The operators that become functions; see `curated_methods.ts` for how the lines read.
 *
 * @module
 */

/** The list; lines that start with `#` are headings. */
export const functions = `
# Joining
cat || Tensors joined along an existing dimension.
stack || Tensors of one shape joined along a new dimension.
hstack || Tensors joined side by side: along the second dimension, or the first of vectors.
vstack || Tensors joined on top of each other: along the first dimension; vectors count as rows.
dstack || Tensors joined along the third dimension.
row_stack || Same as \`vstack\`.
column_stack || Vectors as the columns of a matrix, and matrices side by side.
block_diag || Matrices along the diagonal of a large one.
broadcast_tensors || All tensors expanded to one common shape.
cartesian_prod || All combinations of one element of each vector, in rows.
combinations || All combinations of \`r\` elements of a vector, in rows.
meshgrid | indexing | Coordinates of a grid from the vectors of its axes, as matrices.
pad_sequence || Sequences of different lengths padded to one length and stacked.

# Choosing
where | self,ScalarOther,Scalar,ScalarSelf | The first value where \`condition\` is true, else the second, elementwise with broadcasting.
nonzero_numpy:nonzeroTuple || Where the elements are not 0: one index vector for each dimension.
isin | Tensor_Tensor,Tensor_Scalar | Whether every element is among \`testElements\`.
searchsorted | Tensor,Scalar | Where values would have to be inserted into a sorted sequence.
pow | Scalar | A number to the power of every element.
polygamma || The \`n\`-th derivative of the digamma function.
trapezoid | dx,x | The integral along \`dim\` by the trapezoidal rule.
cumulative_trapezoid | dx,x | The running integral along \`dim\` by the trapezoidal rule.

# New tensors like others
empty_like || A tensor like another in shape, dtype and device, of whatever lies in its memory.
full_like || A tensor like another in shape, dtype and device, filled with a value.
ones_like || A tensor of ones like another in shape, dtype and device.
zeros_like || A tensor of zeros like another in shape, dtype and device.
rand_like || Random numbers evenly distributed in [0, 1), like another tensor in shape, dtype and device.
randn_like || Random numbers of the standard normal distribution, like another tensor in shape, dtype and device.
randint_like | ,low_dtype | Random whole numbers, like another tensor in shape, dtype and device.
tril_indices || The indices of the lower triangle of a matrix, shape (2, n).
triu_indices || The indices of the upper triangle of a matrix, shape (2, n).
one_hot || Class numbers as rows with a single 1; as wide as the largest class if \`numClasses\` is -1.
vander || The matrix of the powers of a vector's elements.
complex || A complex tensor of real and imaginary parts.

# Products
einsum || Sums of products by Einstein's notation, such as "bij,bjk->bik".
tensordot || The sums of products over \`dimsSelf\` of one tensor and \`dimsOther\` of the other.
linear || input @ weightᵀ + bias: (…, in) by (out, in) gives (…, out).
bilinear || input1ᵀ · weight · input2 + bias for every output.
cdist || The p-norm distances between all rows of two matrices: (n, d) and (m, d) give (n, m).
pdist || The p-norm distances between all pairs of rows.
pairwise_distance || The p-norm distance between rows of the same number.
cosine_similarity || The cosine of the angle between vectors along \`dim\`.

# Linear algebra
linalg_cholesky || The Cholesky factor L of positive definite matrices: A = L · Lᵀ.
linalg_cholesky_ex || The Cholesky factor and a code that is not 0 where it failed. | L, info
linalg_cond | ,p_str | The condition number of matrices.
linalg_cross || The cross product of vectors of 3 elements along \`dim\`.
linalg_det || The determinant of square matrices.
linalg_diagonal || A view of the diagonals of matrices.
linalg_eig || The eigenvalues and eigenvectors of square matrices, complex. | eigenvalues, eigenvectors
linalg_eigvals || The eigenvalues of square matrices, complex.
linalg_eigh || The eigenvalues (ascending) and eigenvectors of symmetric matrices. | eigenvalues, eigenvectors
linalg_eigvalsh || The eigenvalues of symmetric matrices, ascending.
linalg_householder_product || The first columns of a product of Householder matrices.
linalg_inv || The inverse of square matrices.
linalg_inv_ex || The inverse and a code that is not 0 where there is none. | inverse, info
linalg_lstsq || The least squares solution of A x = b, residuals, rank and singular values. | solution, residuals, rank, singularValues
linalg_lu || The decomposition A = P · L · U with row exchanges P. | P, L, U
linalg_lu_factor || The LU decomposition in compact form. | LU, pivots
linalg_lu_solve || Solves A x = B, given the compact LU decomposition of A.
linalg_matmul || The matrix product, as \`matmul\`.
linalg_matrix_exp || The matrix exponential of square matrices.
linalg_matrix_norm | ,str_ord | A norm of matrices: "fro", "nuc" or the order 1, 2, Infinity and their negatives.
linalg_matrix_power || Square matrices multiplied by themselves \`n\` times.
linalg_matrix_rank | atol_rtol_float | The number of singular values above the tolerance.
linalg_multi_dot || The product of several matrices, in the order that costs least.
linalg_norm | ,ord_str | A norm of vectors or matrices, by \`ord\` and the number of \`dim\`s.
linalg_pinv | atol_rtol_float | The pseudo-inverse of matrices.
linalg_qr || The decomposition A = Q · R, Q orthogonal, R upper triangular. | Q, R
linalg_slogdet || The determinant's sign and the logarithm of its absolute value. | sign, logabsdet
linalg_solve || Solves A x = B for square A, or x A = B with \`left\` false.
linalg_solve_triangular || Solves A x = B for triangular A.
linalg_svd || The singular value decomposition A = U · diag(S) · Vh. | U, S, Vh
linalg_svdvals || The singular values of matrices, descending.
linalg_tensorinv || The inverse of a tensor under \`tensordot\`.
linalg_tensorsolve || Solves \`tensordot(A, x) = B\`.
linalg_vander || Matrices of the powers of vectors' elements.
linalg_vecdot || The inner products of vectors along \`dim\`, with broadcasting.
linalg_vector_norm || The norm of order \`ord\` along dimensions (all of them by default).

# Convolution
conv1d | ,padding | The convolution of (B, C, L) with (out, C / groups, k); \`padding\` may be "same" or "valid".
conv2d | ,padding | The convolution of (B, C, H, W) with (out, C / groups, kh, kw); \`padding\` may be "same" or "valid".
conv3d | ,padding | The convolution of (B, C, D, H, W) with (out, C / groups, kd, kh, kw); \`padding\` may be "same" or "valid".
conv_transpose1d || The transposed convolution of (B, C, L): the gradient of \`conv1d\` as a layer.
conv_transpose2d | input | The transposed convolution of (B, C, H, W): the gradient of \`conv2d\` as a layer.
conv_transpose3d | input | The transposed convolution of (B, C, D, H, W): the gradient of \`conv3d\` as a layer.
im2col || The windows of images as columns: (B, C, H, W) becomes (B, C · kh · kw, windows).
col2im || The sums of columns back into images: the opposite of \`im2col\`.

# Pooling
adaptive_avg_pool1d || The means of (B, C, L) over windows that give \`outputSize\` elements.
adaptive_avg_pool2d || The means of (B, C, H, W) over windows that give \`outputSize\`.
adaptive_avg_pool3d || The means of (B, C, D, H, W) over windows that give \`outputSize\`.
adaptive_max_pool1d || The maxima of (B, C, L) over windows that give \`outputSize\` elements, and where they are. | values, indices
adaptive_max_pool2d || The maxima of (B, C, H, W) over windows that give \`outputSize\`, and where they are. | values, indices
adaptive_max_pool3d || The maxima of (B, C, D, H, W) over windows that give \`outputSize\`, and where they are. | values, indices
avg_pool1d || The means of (B, C, L) over windows; \`stride\` is the window's size by default.
avg_pool2d || The means of (B, C, H, W) over windows; \`stride\` is the window's size by default.
avg_pool3d || The means of (B, C, D, H, W) over windows; \`stride\` is the window's size by default.
max_pool1d || The maxima of (B, C, L) over windows; \`stride\` is the window's size by default.
max_pool2d || The maxima of (B, C, H, W) over windows; \`stride\` is the window's size by default.
max_pool2d_with_indices || The maxima of (B, C, H, W) over windows, and where they are. | values, indices
max_pool3d || The maxima of (B, C, D, H, W) over windows; \`stride\` is the window's size by default.
max_unpool2d || The opposite of \`maxPool2dWithIndices\`: values at their places, 0 elsewhere.

# Padding and resizing
pad || Padded by (before, after) pairs for the last dimension first; \`mode\` is "constant", "reflect", "replicate" or "circular".
constant_pad_nd || Padded with \`value\`, by (before, after) pairs for the last dimension first.
reflection_pad1d || Padded by mirroring: (left, right).
reflection_pad2d || Padded by mirroring: (left, right, top, bottom).
replication_pad1d || Padded by repeating the edge: (left, right).
replication_pad2d || Padded by repeating the edge: (left, right, top, bottom).
upsample_nearest1d || (B, C, L) resized by taking the nearest element.
upsample_nearest2d || (B, C, H, W) resized by taking the nearest element.
upsample_linear1d || (B, C, L) resized linearly.
upsample_bilinear2d || (B, C, H, W) resized bilinearly.
upsample_bicubic2d || (B, C, H, W) resized bicubically.
_upsample_bilinear2d_aa:upsampleBilinear2dAntialias || (B, C, H, W) resized bilinearly, averaging where it shrinks.
_upsample_bicubic2d_aa:upsampleBicubic2dAntialias || (B, C, H, W) resized bicubically, averaging where it shrinks.
grid_sampler || (B, C, H, W) sampled at the places of \`grid\` (B, h, w, 2), coordinates from -1 to 1.
affine_grid_generator || Grids for \`gridSampler\` from affine maps (B, 2, 3).

# Normalization and dropout
batch_norm || Every channel normalized to mean 0 and variance 1 over the batch, or by the running statistics.
layer_norm || Normalized to mean 0 and variance 1 over the last dimensions, \`normalizedShape\`.
group_norm || Normalized to mean 0 and variance 1 over groups of channels.
instance_norm || Every channel of every sample normalized to mean 0 and variance 1.
rms_norm || Divided by the root of the mean square over the last dimensions.
native_batch_norm || \`batchNorm\` with the batch's mean and 1 / standard deviation. | output, mean, invstd
native_layer_norm || \`layerNorm\` with the mean and 1 / standard deviation. | output, mean, invstd
native_group_norm || \`groupNorm\` with the means and 1 / standard deviations. | output, mean, invstd
dropout || In training, elements set to 0 with probability \`p\` and the others divided by 1 - p.
dropout_
native_dropout || \`dropout\` with the mask that it drew. | output, mask
feature_dropout || In training, whole channels set to 0 with probability \`p\` and the others divided by 1 - p.
alpha_dropout || Dropout for \`selu\` networks: keeps mean and variance.
feature_alpha_dropout || \`alphaDropout\` of whole channels.

# Layers
embedding || The rows of \`weight\` that \`indices\` name: (…) becomes (…, width).
embedding_bag || Sums, means or maxima (\`mode\` 0, 1, 2) of the rows that \`indices\` name, in bags. | output, offset2bag, bagSize, maxIndices
scaled_dot_product_attention || softmax(query · keyᵀ · scale + mask) · value, fused: (…, L, E), (…, S, E), (…, S, Ev) give (…, L, Ev).
lstm | input | A stack of LSTM layers over a sequence. | output, hidden, cell
gru | input | A stack of GRU layers over a sequence. | output, hidden

# Losses
mse_loss || The squared differences.
l1_loss || The absolute differences.
smooth_l1_loss || Squared differences below \`beta\`, absolute ones above.
huber_loss || Squared differences below \`delta\`, absolute ones times \`delta\` above.
cross_entropy_loss || The negative log-likelihood of classes (or class probabilities) under the softmax of logits (B, C, …).
nll_loss2d || The negative of the log-probabilities (B, C, H, W) at the target classes (B, H, W).
nll_loss_nd || The negative of the log-probabilities (B, C, …) at the target classes (B, …).
binary_cross_entropy || -(t · log p + (1 - t) · log(1 - p)) of probabilities.
binary_cross_entropy_with_logits || \`binaryCrossEntropy\` of the sigmoid of logits, without underflow.
poisson_nll_loss || The negative log-likelihood of counts under Poisson distributions.
hinge_embedding_loss || The distance where the target is 1, max(0, margin - distance) where it is -1.
soft_margin_loss || log(1 + exp(-target · input)).
margin_ranking_loss || max(0, -target · (input1 - input2) + margin).
multi_margin_loss || The margins by which other classes come near the target's score.
multilabel_margin_loss || The margins by which other classes come near the scores of the target classes.
cosine_embedding_loss || 1 - cos where the target is 1, max(0, cos - margin) where it is -1.
triplet_margin_loss || max(0, d(anchor, positive) - d(anchor, negative) + margin).
ctc_loss | IntList,Tensor | The negative log-likelihood of label sequences under per-step log-probabilities, over all alignments.

# Types
result_type | Tensor,Scalar | The dtype that arithmetic of both has.
promote_types || The dtype that arithmetic of tensors of both dtypes has.
can_cast || Whether values of one dtype may become the other by PyTorch's rules.

# Optimizer steps, one call for all parameters
_fused_adam_ || One step of Adam on all parameters at once, in place.
_fused_adamw_ || One step of AdamW on all parameters at once, in place.
_fused_sgd_ || One step of SGD on all parameters at once, in place.
_fused_adagrad_ || One step of Adagrad on all parameters at once, in place.

# Lists of tensors, one call for all
_foreach_abs || The absolute value of every tensor of a list.
_foreach_add | Scalar,List,ScalarList | A number, or the tensor of the same place times \`alpha\`, added to every tensor of a list.
_foreach_add_ | Scalar,List,ScalarList
_foreach_addcdiv_ | Scalar,ScalarList | \`value\` · tensor1 / tensor2 added to every tensor of a list, in place.
_foreach_addcmul_ | Scalar,ScalarList | \`value\` · tensor1 · tensor2 added to every tensor of a list, in place.
_foreach_clamp_max_ | Scalar,List | Every tensor of a list limited from above, in place.
_foreach_clamp_min_ | Scalar,List | Every tensor of a list limited from below, in place.
_foreach_copy_ || Every tensor of a list overwritten with the one of the same place, in place.
_foreach_div | Scalar,List,Tensor | Every tensor of a list divided by a number, a tensor, or the tensor of the same place.
_foreach_div_ | Scalar,List,Tensor
_foreach_lerp_ | Scalar,List | Every tensor of a list moved towards the one of the same place by \`weight\`, in place.
_foreach_max || The largest element of every tensor of a list.
_foreach_maximum_ | Scalar,List | Every tensor of a list replaced by the larger of it and a number or tensor, in place.
_foreach_minimum_ | Scalar,List | Every tensor of a list replaced by the smaller of it and a number or tensor, in place.
_foreach_mul | Scalar,List,Tensor | Every tensor of a list multiplied by a number, a tensor, or the tensor of the same place.
_foreach_mul_ | Scalar,List,Tensor
_foreach_neg || The negative of every tensor of a list.
_foreach_neg_
_foreach_norm | Scalar | The norm of every tensor of a list.
_foreach_pow | Scalar,List | Every tensor of a list to a power.
_foreach_reciprocal_ || Every tensor of a list replaced by 1 / x, in place.
_foreach_sign_ || Every tensor of a list replaced by its signs, in place.
_foreach_sqrt || The square root of every tensor of a list.
_foreach_sqrt_
_foreach_sub | Scalar,List | A number, or the tensor of the same place times \`alpha\`, taken off every tensor of a list.
_foreach_sub_ | Scalar,List
_foreach_zero_ || Every tensor of a list set to 0, in place.
`;
