/**
 * The operators that become methods of a tensor. One line each:
 *
 *     name | overloads | what it does | names of the results
 *
 * - `name:other` gives it another name in TypeScript.
 * - Without overloads the plain one, `.Tensor` and `.Scalar` are taken, those that exist.
 * - An in-place form (`add_`) without words of its own says that it is the in-place form of the other.
 *
 * `deno task codegen` turns this list into `../operators.gen.ts`.
 *
 * @module
 */

/** The list; lines that start with `#` are headings. */
export const methods = `
# Arithmetic
add || The sum of this tensor and \`alpha\` times \`other\`, elementwise with broadcasting.
add_
sub || This tensor less \`alpha\` times \`other\`, elementwise with broadcasting.
sub_
rsub || \`other\` less \`alpha\` times this tensor, elementwise with broadcasting.
mul || The product with \`other\`, elementwise with broadcasting.
mul_
div | Tensor,Scalar,Tensor_mode,Scalar_mode | This tensor divided by \`other\`, elementwise with broadcasting: a float result, unless \`roundingMode\` is "trunc" (towards zero) or "floor".
div_ | Tensor,Scalar,Tensor_mode,Scalar_mode
floor_divide || The quotient with \`other\`, rounded down.
floor_divide_
remainder || The remainder of dividing by \`other\`, with the sign of \`other\`.
remainder_
fmod || The remainder of dividing by \`other\`, with the sign of this tensor.
fmod_
pow | Tensor_Tensor,Tensor_Scalar | This tensor to the power of \`exponent\`, elementwise with broadcasting.
pow_ | Tensor,Scalar
float_power | Tensor_Tensor,Tensor_Scalar | This tensor to the power of \`exponent\`, computed in float64.
neg || The negative of every element.
neg_
positive || This tensor itself: the unary plus.
abs || The absolute value of every element.
abs_
sign || -1, 0 or 1 for every element, by its sign.
sign_
sgn || -1, 0 or 1 for every element, by its sign; for complex numbers the direction.
sgn_
signbit || Whether every element's sign bit is set; true for -0.
copysign || The size of this tensor's elements with the sign of \`other\`'s.
copysign_
reciprocal || 1 / x of every element.
reciprocal_
square || The square of every element.
square_
sqrt || The square root of every element.
sqrt_
rsqrt || 1 / sqrt(x) of every element.
rsqrt_
addcmul || This tensor plus \`value\` times \`tensor1\` times \`tensor2\`, elementwise.
addcmul_
addcdiv || This tensor plus \`value\` times \`tensor1\` divided by \`tensor2\`, elementwise.
addcdiv_
lerp | Tensor,Scalar | The point between this tensor (\`weight\` 0) and \`end\` (\`weight\` 1), elementwise.
lerp_ | Tensor,Scalar
hypot || The length of the vector (this, \`other\`): sqrt(x² + y²), elementwise.
gcd || The greatest common divisor of whole numbers, elementwise.
gcd_
lcm || The least common multiple of whole numbers, elementwise.
lcm_
ldexp | Tensor | This tensor times 2 to the power of \`other\`, elementwise.
ldexp_
frexp | Tensor | Every element as a fraction in [0.5, 1) and a power of two. | mantissa, exponent
nextafter || The next number that the dtype can hold, from this tensor towards \`other\`.

# Exponentials, logarithms, special functions
exp || e to the power of every element.
exp_
exp2 || 2 to the power of every element.
exp2_
expm1 || exp(x) - 1 of every element, exact near 0.
expm1_
log || The natural logarithm of every element.
log_
log2 || The logarithm to base 2 of every element.
log2_
log10 || The logarithm to base 10 of every element.
log10_
log1p || log(1 + x) of every element, exact near 0.
log1p_
logaddexp || log(exp(x) + exp(y)), elementwise, without overflow.
logaddexp2 || log2(2^x + 2^y), elementwise, without overflow.
xlogy | Tensor,Scalar_Other | x · log(y), elementwise, and 0 where x is 0.
xlogy_ | Tensor,Scalar_Other
logit || log(x / (1 - x)) of every element, the inverse of \`sigmoid\`; \`eps\` clamps x to [eps, 1 - eps].
logit_
erf || The error function of every element.
erf_
erfc || 1 - erf(x) of every element.
erfc_
erfinv || The inverse of the error function, for elements in (-1, 1).
erfinv_
lgamma || The logarithm of the absolute gamma function of every element.
lgamma_
digamma || The derivative of \`lgamma\`.
digamma_
mvlgamma || The logarithm of the multivariate gamma function of dimension \`p\`.
igamma || The regularized lower incomplete gamma function, elementwise.
i0 || The modified Bessel function of order 0.
i0_
sinc || sin(πx) / (πx) of every element, 1 at 0.
sinc_
special_entr:entr || The entropy term -x · log(x) of every element; 0 at 0.
special_log_ndtr:logNdtr || The logarithm of the standard normal distribution function, exact in the tails.
special_ndtr:ndtr || The standard normal distribution function: the area under the bell curve left of x.
special_ndtri:ndtri || The inverse of \`ndtr\`, for elements in (0, 1).
special_xlog1py:xlog1py | ,other_scalar | x · log(1 + y), elementwise, and 0 where x is 0.

# Trigonometry
sin || The sine of every element, in radians.
sin_
cos || The cosine of every element, in radians.
cos_
tan || The tangent of every element, in radians.
tan_
asin || The angle in radians whose sine the element is.
asin_
acos || The angle in radians whose cosine the element is.
acos_
atan || The angle in radians whose tangent the element is.
atan_
atan2 || The angle in radians of the point (\`other\`, this), in all four quadrants.
atan2_
sinh || The hyperbolic sine of every element.
sinh_
cosh || The hyperbolic cosine of every element.
cosh_
tanh || The hyperbolic tangent of every element.
tanh_
asinh || The inverse hyperbolic sine of every element.
asinh_
acosh || The inverse hyperbolic cosine of every element.
acosh_
atanh || The inverse hyperbolic tangent of every element.
atanh_
deg2rad || Degrees as radians.
deg2rad_
rad2deg || Radians as degrees.
rad2deg_

# Rounding and limits
ceil || Every element rounded up to a whole number.
ceil_
floor || Every element rounded down to a whole number.
floor_
round | ,decimals | Every element rounded to the nearest whole number, halves to the even one; with \`decimals\` to that many places.
round_ | ,decimals
trunc || Every element rounded towards zero.
trunc_
frac || The part of every element behind the point.
frac_
clamp || Every element moved into [\`min\`, \`max\`]; either may be left out (null), and both may be tensors.
clamp_
clamp_min || Every element, at least \`min\`.
clamp_min_
clamp_max || Every element, at most \`max\`.
clamp_max_
nan_to_num || NaN replaced by \`nan\` (0), infinities by \`posinf\` and \`neginf\` (the dtype's largest and smallest).
nan_to_num_
maximum || The larger of two elements, elementwise with broadcasting; NaN where either is.
minimum || The smaller of two elements, elementwise with broadcasting; NaN where either is.
fmax || The larger of two elements; where one is NaN the other.
fmin || The smaller of two elements; where one is NaN the other.
heaviside || 0 for negative elements, 1 for positive ones, \`values\` for zeros.
heaviside_

# Activations
relu || Every element, at least 0.
relu_
relu6 || Every element moved into [0, 6].
relu6_
leaky_relu || Positive elements as they are, negative ones times \`negativeSlope\`.
leaky_relu_
prelu || Positive elements as they are, negative ones times the learned \`weight\` (one, or one for each channel).
rrelu || Positive elements as they are, negative ones times a slope: drawn from [lower, upper] in training, else its mean.
elu || Positive elements times \`scale\`, negative ones alpha · (exp(x) - 1).
elu_
celu || Positive elements as they are, negative ones alpha · (exp(x / alpha) - 1).
celu_
selu || The self-normalizing form of \`elu\`, with its fixed constants.
selu_
gelu || x · Φ(x), with Φ the normal distribution function; \`approximate: "tanh"\` is the faster formula.
gelu_
silu || x · sigmoid(x), also called swish.
silu_
mish || x · tanh(softplus(x)).
mish_
sigmoid || 1 / (1 + exp(-x)) of every element.
sigmoid_
log_sigmoid || The logarithm of the sigmoid, without underflow.
softplus || log(1 + exp(beta · x)) / beta; linear above \`threshold\`.
hardsigmoid || The sigmoid by straight lines: (x + 3) / 6 in [0, 1].
hardsigmoid_
hardswish || x · hardsigmoid(x).
hardswish_
hardtanh || Every element moved into [\`minVal\`, \`maxVal\`].
hardtanh_
hardshrink || Elements in [-lambd, lambd] become 0.
softshrink || Every element moved towards 0 by \`lambd\`, at most to it.
threshold || Elements at most \`threshold\` become \`value\`.
threshold_
glu || The first half along \`dim\` times the sigmoid of the second half: half as wide.
softmax | int | exp(x) / Σ exp(x) along \`dim\`: positive and adding to 1. \`dtype\` is what it is computed in.
log_softmax | int | The logarithm of \`softmax\` along \`dim\`, without underflow.

# Comparison and logic
eq || Whether elements are equal to \`other\`'s, elementwise with broadcasting: a bool tensor.
eq_
ne || Whether elements differ from \`other\`'s: a bool tensor.
ne_
lt || Whether elements are less than \`other\`'s: a bool tensor.
lt_
le || Whether elements are at most \`other\`'s: a bool tensor.
le_
gt || Whether elements are greater than \`other\`'s: a bool tensor.
gt_
ge || Whether elements are at least \`other\`'s: a bool tensor.
ge_
equal || Whether both tensors have the same shape and the same values.
allclose || Whether all elements are within \`atol\` + \`rtol\` · |other| of \`other\`'s.
isclose || Whether elements are within \`atol\` + \`rtol\` · |other| of \`other\`'s: a bool tensor.
isfinite || Whether elements are neither infinite nor NaN.
isinf || Whether elements are infinite.
isnan || Whether elements are NaN.
isposinf || Whether elements are +∞.
isneginf || Whether elements are -∞.
is_floating_point || Whether the dtype holds fractions.
is_same_size || Whether both tensors have the same shape.
logical_and || Whether both elements are not 0.
logical_and_
logical_or || Whether either element is not 0.
logical_or_
logical_xor || Whether just one of the elements is not 0.
logical_xor_
logical_not || Whether elements are 0.
logical_not_
bitwise_and || The bits that both have; for bools, and.
bitwise_and_
bitwise_or || The bits that either has; for bools, or.
bitwise_or_
bitwise_xor || The bits that just one has; for bools, exclusive or.
bitwise_xor_
bitwise_not || The opposite bits; for bools, not.
bitwise_not_
bitwise_left_shift | Tensor,Tensor_Scalar | The bits moved up by \`other\` places.
bitwise_right_shift | Tensor,Tensor_Scalar | The bits moved down by \`other\` places.

# Reductions
sum | dim_IntList | The sum of the elements: of all, or along one or several dimensions, which go, or stay as size 1 with \`keepdim\`.
nansum || The sum of the elements that are not NaN.
mean | dim | The mean of the elements: of all, or along one or several dimensions.
nanmean || The mean of the elements that are not NaN.
prod | ,dim_int | The product of the elements: of all, or along a dimension.
std | correction | The standard deviation, of all elements or along dimensions: divides by n - \`correction\` (1).
var | correction | The variance, of all elements or along dimensions: divides by n - \`correction\` (1).
std_mean | correction | The standard deviation and the mean. | std, mean
var_mean | correction | The variance and the mean. | variance, mean
max | ,dim,other | The largest element; with a dimension, the largest along it and where they are; with a tensor, the larger elementwise.
min | ,dim,other | The smallest element; with a dimension, the smallest along it and where they are; with a tensor, the smaller elementwise.
amax || The largest element along dimensions (all of them by default); ties share the gradient.
amin || The smallest element along dimensions (all of them by default); ties share the gradient.
aminmax || The smallest and the largest element, of all or along a dimension. | min, max
argmax || Where the largest element is: in the flattened tensor, or along a dimension.
argmin || Where the smallest element is: in the flattened tensor, or along a dimension.
all | ,dim,dims | Whether all elements are not 0: of all, or along dimensions.
any | ,dim,dims | Whether any element is not 0: of all, or along dimensions.
median | ,dim | The median (the lower of two), or along a dimension the medians and where they are.
nanmedian | ,dim | The median of the elements that are not NaN.
mode || The most frequent element along \`dim\` and where it is.
quantile | ,scalar | The \`q\`-th quantiles (0 to 1), of all elements or along \`dim\`; \`interpolation\` between two elements.
nanquantile | ,scalar | \`quantile\` of the elements that are not NaN.
kthvalue || The \`k\`-th smallest element along \`dim\` (k counts from 1) and where it is.
logsumexp || log(Σ exp(x)) along dimensions, without overflow.
norm | Scalar,ScalarOpt_dim | The p-norm (p = 2) of all elements, or along dimensions.
dist || The p-norm of this tensor less \`other\`.
count_nonzero | dim_IntList, | How many elements are not 0: of all, or along dimensions.
cumsum || The running sum along \`dim\`.
cumsum_
cumprod || The running product along \`dim\`.
cumprod_
cummax || The running maximum along \`dim\` and where it is.
cummin || The running minimum along \`dim\` and where it is.
logcumsumexp || log of the running sum of exp(x) along \`dim\`, without overflow.
diff || Differences of neighbors along \`dim\`, \`n\` times; \`prepend\` and \`append\` are put on first.
trace || The sum of a matrix's diagonal.
histc || How many elements fall into each of \`bins\` equal ranges from \`min\` to \`max\`.
bincount || How often each whole number from 0 occurs in a vector, or the sums of its \`weights\`.
cov || The covariance matrix of variables in rows, observations in columns.
corrcoef || The correlation matrix of variables in rows, observations in columns.

# Sorting and finding
sort | ,stable | The elements in order along \`dim\` and where they came from; \`stable\` keeps the order of equals.
argsort | ,stable | Where the elements of the sorted tensor come from, along \`dim\`.
msort || The elements sorted along the first dimension.
topk || The \`k\` largest elements along \`dim\` and where they are; the smallest with \`largest\` false.
nonzero || Where the elements are not 0: one row of indices for each, shape (n, dims).
argwhere || Where the elements are not 0: one row of indices for each, shape (n, dims).
_unique2:unique || The different values, sorted; for every element which one it is; how often each occurs (the last two empty unless asked for). | values, inverse, counts
unique_dim || The different slices along \`dim\`, which one each is, how often each occurs. | values, inverse, counts
unique_consecutive || The elements without repetitions of their neighbor. | values, inverse, counts
bucketize | Tensor | Which range between the sorted \`boundaries\` every element falls into.

# Linear algebra
matmul || The matrix product, over the last two dimensions with broadcasting of those before; vectors count as rows or columns.
mm || The product of two matrices: (n, k) by (k, m).
bmm || The products of matrices in batches: (b, n, k) by (b, k, m).
mv || The product of a matrix (n, m) and a vector (m).
dot || The inner product of two vectors.
vdot || The inner product of two vectors, the first conjugated.
inner || The sums of products over the last dimension of both.
outer || The outer product of two vectors: (n) and (m) give (n, m).
kron || The Kronecker product.
addmm || beta · this + alpha · mat1 @ mat2.
addmm_
addmv || beta · this + alpha · mat @ vec.
addmv_
addr || beta · this + alpha · vec1 ⊗ vec2.
baddbmm || beta · this + alpha · batch1 @ batch2, in batches.
baddbmm_
addbmm || beta · this + alpha · the sum of the products of two batches of matrices.
det || The determinant of square matrices.
logdet || The logarithm of the determinant.
slogdet || The determinant's sign and the logarithm of its absolute value. | sign, logabsdet
inverse || The inverse of square matrices.
pinverse || The pseudo-inverse of a matrix.
matrix_power || A square matrix multiplied by itself \`n\` times; its inverse for negative \`n\`.
matrix_exp || The matrix exponential of square matrices.
svd || The singular value decomposition U, S, V with this = U · diag(S) · Vᵀ. | u, s, v
cholesky_solve || Solves A x = this, given the Cholesky factor \`input2\` of A.
cholesky_inverse || The inverse of A, given its Cholesky factor.
tril || The lower triangle of matrices, 0 above \`diagonal\`.
tril_
triu || The upper triangle of matrices, 0 below \`diagonal\`.
triu_
diag || The diagonal of a matrix as a vector, or a matrix with this vector as diagonal.
diag_embed || Matrices that have the last dimension as their diagonals.
diagflat || A matrix with the flattened elements as its diagonal.
diagonal || A view of the diagonal over two dimensions, as the last dimension.
fill_diagonal_ || Fills the main diagonal with \`fillValue\`, in place.
renorm || Every slice along \`dim\` scaled down to a p-norm of at most \`maxnorm\`.
renorm_

# Shape
reshape || The same elements in another shape: a view where memory allows, else a copy. One size may be -1.
reshape_as || The same elements in the shape of \`other\`.
view | ,dtype | A view in another shape, or of the same bytes as another dtype; throws where memory does not allow it.
view_as || A view in the shape of \`other\`.
flatten | using_ints | The dimensions from \`startDim\` to \`endDim\` as one.
unflatten | int | Dimension \`dim\` split into \`sizes\`; one may be -1.
ravel || All elements in one dimension.
squeeze | ,dim,dims | Without the dimensions of size 1, or those of the given ones.
squeeze_ | ,dim,dims
unsqueeze || With a new dimension of size 1 at \`dim\`.
unsqueeze_
t || The transpose of a matrix: a view.
t_
transpose | int | A view with two dimensions swapped.
transpose_
swapaxes || A view with two dimensions swapped.
swapdims || A view with two dimensions swapped.
permute || A view with the dimensions in another order.
movedim | int,intlist | A view with dimensions moved from \`source\` to \`destination\`.
moveaxis | int,intlist | A view with dimensions moved from \`source\` to \`destination\`.
expand || A view with dimensions of size 1 repeated to \`size\`, without using memory; -1 leaves a size.
expand_as || A view expanded to the shape of \`other\`.
broadcast_to || A view broadcast to the shape \`size\`.
sum_to_size || The sum over dimensions until the shape is \`size\`: what undoes broadcasting.
repeat || A copy, repeated so many times along every dimension.
tile || A copy, repeated so many times along the last dimensions.
repeat_interleave | self_Tensor,self_int | Every element repeated \`repeats\` times, along \`dim\` or flattened.
flip || With the order along the dimensions reversed.
fliplr || With the order of the columns reversed.
flipud || With the order of the rows reversed.
rot90 || Turned by \`k\` times 90 degrees in the plane of two dimensions.
roll || With the elements moved on by \`shifts\` along \`dims\`, those at the end coming to the start.
unfold || A view of windows of \`size\` along \`dimension\`, every \`step\`; they are a new last dimension.
as_strided || A view of the memory with any size and strides.
unbind | int | The slices along \`dim\` as separate tensors.
chunk || Split into at most \`chunks\` views of about equal size along \`dim\`.
unsafe_chunk || Like \`chunk\`, for parts that are then changed in place without autograd's knowledge.
split | Tensor,sizes | Split into views of \`splitSize\` elements along \`dim\`, or of a list of sizes.
tensor_split | sections,indices | Split into so many views along \`dim\`, or at the given indices.
hsplit | int,array | Split by columns into so many views, or at the given indices.
vsplit | int,array | Split by rows into so many views, or at the given indices.
dsplit | int,array | Split along the third dimension into so many views, or at the given indices.
pixel_shuffle || Channels moved into space: (…, C·r², H, W) becomes (…, C, H·r, W·r).
pixel_unshuffle || Space moved into channels: (…, C, H·r, W·r) becomes (…, C·r², H, W).
channel_shuffle || The channels of \`groups\` groups taken in turn.

# Parts: reading
select | int | A view of element \`index\` of dimension \`dim\`, which goes.
narrow | ,Tensor | A view of \`length\` elements of \`dim\` from \`start\` on.
slice | Tensor | A view of the elements of \`dim\` from \`start\` up to \`end\`, every \`step\`.
gather || The elements that \`index\` names along \`dim\`: out[i][j] = this[index[i][j]][j] for dim 0.
take || The elements at the places \`index\` of the flattened tensor.
take_along_dim || The elements that \`indices\` name along \`dim\`, as \`argsort\` and \`argmax\` give them.
index_select || The slices \`index\` along \`dim\`.
masked_select || The elements where \`mask\` is true, flattened.

# Parts: writing
fill_ || Sets all elements to \`value\`, in place.
zero_ || Sets all elements to 0, in place.
copy_ || Copies the values of \`src\`, broadcast, into this tensor, in place.
masked_fill || With \`value\` where \`mask\` is true.
masked_fill_
masked_scatter || With the elements of \`source\`, in order, where \`mask\` is true.
masked_scatter_
index_fill | int_Scalar,int_Tensor | With \`value\` in the slices \`index\` along \`dim\`.
index_fill_ | int_Scalar,int_Tensor
index_add || With \`alpha\` times the slices of \`source\` added at \`index\` along \`dim\`.
index_add_
index_copy || With the slices of \`source\` put at \`index\` along \`dim\`.
index_copy_
index_reduce || With the slices of \`source\` combined at \`index\` along \`dim\`, by "prod", "mean", "amax" or "amin".
index_reduce_
scatter | src,value,reduce,value_reduce | With \`src\` written to the places that \`index\` names along \`dim\`: the opposite of \`gather\`.
scatter_ | src,value,reduce,value_reduce
scatter_add || With \`src\` added at the places that \`index\` names along \`dim\`.
scatter_add_
scatter_reduce | two | With \`src\` combined at the places that \`index\` names along \`dim\`, by "sum", "prod", "mean", "amax" or "amin".
scatter_reduce_ | two
select_scatter || A copy with \`src\` in place of element \`index\` of \`dim\`.
slice_scatter || A copy with \`src\` in place of a slice of \`dim\`.
diagonal_scatter || A copy with \`src\` in place of the diagonal.
put || With \`source\` written (or added) to the places \`index\` of the flattened tensor.
put_

# Random
bernoulli | ,p | 1 with the probability that the element (or \`p\`) says, else 0.
bernoulli_ | Tensor,float | Sets every element to 1 with probability \`p\`, else to 0, in place.
multinomial || \`numSamples\` indices drawn from every row, by the weights in it.
poisson || Numbers drawn from Poisson distributions with these rates.
normal_ || Fills with numbers of a normal distribution, in place.
uniform_ || Fills with numbers evenly distributed in [from, to), in place.
random_ | ,to,from | Fills with random whole numbers, in place.
exponential_ || Fills with numbers of an exponential distribution of rate \`lambd\`, in place.
log_normal_ || Fills with numbers whose logarithm is normally distributed, in place.
cauchy_ || Fills with numbers of a Cauchy distribution, in place.
geometric_ || Fills with the number of tries until the first success of probability \`p\`, in place.

# Copies and memory
clone || A copy with memory of its own, through which gradients flow.
alias || A new tensor object of the same memory, through which gradients flow.
contiguous || This tensor with its elements in order in memory; itself if they are.
detach || The same memory, cut from the autograd graph.
detach_ || Cuts this tensor from the autograd graph, in place.
type_as || This tensor in the dtype and on the device of \`other\`.
new_empty || A tensor of the given shape, and this one's dtype and device, of whatever lies in its memory.
new_full || A tensor filled with \`fillValue\`, of this one's dtype and device.
new_ones || A tensor of ones, of this one's dtype and device.
new_zeros || A tensor of zeros, of this one's dtype and device.
pin_memory || A copy in pinned CPU memory, from where copies to a GPU are fast.
is_pinned || Whether the tensor lies in pinned CPU memory.
real || The real part of a complex tensor.
imag || The imaginary part of a complex tensor.
`;
