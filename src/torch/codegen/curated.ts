/**
 * The operators that get a typed method or function. One line each:
 *
 *     name | overloads | what it does
 *
 * Without overloads the plain one, `.Tensor` and `.Scalar` are taken, those that exist. `deno task codegen`
 * turns this list into `../operators.gen.ts`.
 *
 * @module
 */

/** Operators whose first argument is the tensor itself: methods. */
export const methods = `
abs
abs_
acos
add
add_
addcdiv
addcdiv_
addcmul
addcmul_
addmm
addmm_
all | ,dim
amax
amin
aminmax
any | ,dim
argmax
argmin
argsort | ,stable
asin
asinh
atan
atan2
atanh
baddbmm
bernoulli | ,p
bernoulli_ | float
bincount
bitwise_and
bitwise_not
bitwise_or
bitwise_xor
bmm
broadcast_to
bucketize | Tensor
ceil
ceil_
celu
chunk
clamp
clamp_
clamp_max
clamp_max_
clamp_min
clamp_min_
clone
contiguous
copy_
copysign
cos
cos_
cosh
count_nonzero | dim_IntList
cummax
cummin
cumprod
cumsum
cumsum_
deg2rad
det
detach
detach_
diag
diag_embed
diagonal
diff
digamma
dist
div | Tensor,Scalar,Tensor_mode,Scalar_mode
div_ | Tensor,Scalar,Tensor_mode,Scalar_mode
dot
elu
elu_
eq
equal
erf
erfc
erfinv
exp
exp_
exp2
expand
expand_as
expm1
exponential_
fill_
flatten | using_ints
flip
fliplr
flipud
floor
floor_
floor_divide
fmax
fmin
fmod
frac
gather
gcd
ge
gelu
glu
gt
hardsigmoid
hardswish
hardswish_
hardtanh
histc
hypot
index_add
index_add_
index_copy
index_copy_
index_fill | int_Scalar,int_Tensor
index_fill_ | int_Scalar,int_Tensor
index_select
inverse
isclose
isfinite
isinf
isnan
isneginf
isposinf
kthvalue
le
leaky_relu
leaky_relu_
lerp
lerp_
lgamma
log
log_
log10
log1p
log2
log_sigmoid
log_softmax | int
logaddexp
logaddexp2
logcumsumexp
logdet
logical_and
logical_not
logical_or
logical_xor
logit
logsumexp
lt
masked_fill
masked_fill_
masked_scatter
masked_scatter_
masked_select
matmul
matrix_exp
matrix_power
max | ,dim,other
maximum
mean | dim
median | ,dim
min | ,dim,other
minimum
mish
mm
mode
moveaxis | int,intlist
movedim | int,intlist
mul
mul_
multinomial
mv
nan_to_num
nan_to_num_
nanmean
nanmedian | ,dim
nanquantile | ,scalar
nansum
narrow
ne
neg
neg_
new_empty
new_full
new_ones
new_zeros
nonzero
norm | ScalarOpt_dim
normal_
outer
permute
pinverse
pixel_shuffle
pixel_unshuffle
pow | Tensor_Tensor,Tensor_Scalar
pow_ | Tensor,Scalar
prelu
prod | ,dim_int
put_
quantile | ,scalar
rad2deg
random_ | ,to,from
ravel
reciprocal
reciprocal_
relu
relu_
relu6
remainder
renorm
repeat
repeat_interleave | self_Tensor,self_int
reshape
reshape_as
roll
rot90
round | ,decimals
round_
rsqrt
rsqrt_
rsub
scatter | src,value
scatter_ | src,value
scatter_add
scatter_add_
scatter_reduce | two
scatter_reduce_ | two
select | int
select_scatter
selu
sgn
sigmoid
sigmoid_
sign
sign_
silu
silu_
sin
sin_
sinc
sinh
slice | Tensor
slice_scatter
slogdet
softmax | int
softplus
sort | ,stable
split | Tensor,sizes
sqrt
sqrt_
square
square_
squeeze | ,dim,dims
squeeze_ | ,dim
std | correction
std_mean | correction
sub
sub_
sum | dim_IntList
svd
swapaxes
swapdims
t
take
take_along_dim
tan
tanh
tanh_
tensor_split | sections,indices
threshold
tile
topk
trace
transpose | int
transpose_
tril
tril_
triu
triu_
trunc
unbind | int
unflatten | int
unfold
uniform_
unsafe_chunk
unsqueeze
unsqueeze_
var | correction
var_mean | correction
vdot
view | ,dtype
view_as
xlogy
zero_
`;

/** Operators that stand by themselves: functions. */
export const functions = `
adaptive_avg_pool1d
adaptive_avg_pool2d
adaptive_max_pool2d
affine_grid_generator
arctan2
avg_pool1d
avg_pool2d
avg_pool3d
batch_norm
bilinear
binary_cross_entropy
binary_cross_entropy_with_logits
block_diag
broadcast_tensors
cartesian_prod
cat
cdist
column_stack
combinations
complex
constant_pad_nd
conv1d
conv2d
conv3d
conv_transpose1d
conv_transpose2d | input
conv_transpose3d | input
cosine_embedding_loss
cosine_similarity
cross_entropy_loss
dropout
dropout_
dstack
einsum
embedding
embedding_bag
empty_like
feature_dropout
full_like
grid_sampler
group_norm
hinge_embedding_loss
hstack
huber_loss
im2col
col2im
instance_norm
kl_div
l1_loss
layer_norm
linalg_cholesky
linalg_cross
linalg_det
linalg_eigh
linalg_eigvalsh
linalg_inv
linalg_lstsq
linalg_lu
linalg_matmul
linalg_matrix_norm | ,str_ord
linalg_matrix_power
linalg_matrix_rank | 
linalg_multi_dot
linalg_norm | ,ord_str
linalg_pinv | 
linalg_qr
linalg_slogdet
linalg_solve
linalg_solve_triangular
linalg_svd
linalg_svdvals
linalg_vecdot
linalg_vector_norm
linear
margin_ranking_loss
max_pool1d
max_pool2d
max_pool2d_with_indices
max_pool3d
meshgrid | indexing
mse_loss
multi_margin_loss
multilabel_margin_loss
native_batch_norm
native_dropout
native_group_norm
native_layer_norm
nll_loss
nll_loss2d
normal_functional
one_hot
ones_like
pad
pairwise_distance
pdist
poisson_nll_loss
rand_like
randint_like | ,low_dtype
randn_like
reflection_pad1d
reflection_pad2d
replication_pad1d
replication_pad2d
rms_norm
row_stack
rrelu
scaled_dot_product_attention
searchsorted | Tensor,Scalar
smooth_l1_loss
soft_margin_loss
stack
tensordot
tril_indices
triplet_margin_loss
triu_indices
upsample_bicubic2d |
upsample_bilinear2d |
upsample_nearest2d |
vstack
where | self,ScalarOther,Scalar,ScalarSelf
zeros_like
_fused_adam_
_fused_adamw_
_fused_sgd_
_foreach_add_ | Scalar,List,ScalarList
_foreach_addcdiv_ | Scalar
_foreach_addcmul_ | Scalar
_foreach_copy_
_foreach_div_ | Scalar,List
_foreach_lerp_ | Scalar,List
_foreach_mul_ | Scalar,List,Tensor
_foreach_norm | Scalar
_foreach_sqrt
_foreach_sub_ | Scalar,List
_foreach_zero_
`;
