"""Writes tests/golden/clip_text/: a whole CLIP of OpenCLIP's, very small, its vocabulary, and what it makes of texts.

    python tests/golden/clip_text.py

The vocabulary is learned here from a few sentences of our own. Needs open_clip_torch 3.3.0 (with ftfy and regex),
transformers 5.24.0 (with tokenizers), torch 2.13.0, safetensors. Read by tests/models/clip_text_test.ts,
tests/models/zero_shot_test.ts and tests/teachers/open_vocabulary_test.ts.

merges.txt                 the vocabulary's merges, as transformers and OpenAI write them
tokenizer.json             the same as transformers' CLIPTokenizer saves it
checkpoint.safetensors     the whole CLIP by OpenAI's names, float32
truth.safetensors          tokens, embeddings, zero-shot weights and logits of it, in float64 and float32
transformers.safetensors   another whole CLIP by transformers' names, with its tokens and embeddings
"""

import collections
import gzip
import json
import os
import tempfile

import parity
import torch
import torch.nn.functional as F
import transformers
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from open_clip.tokenizer import SimpleTokenizer
from open_clip.zero_shot_classifier import build_zero_shot_classifier
from safetensors.torch import save_file

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clip_text")
os.makedirs(here, exist_ok=True)

SENTENCES = """a photo of a cat
a photo of a dog
a picture of the small bird in a green tree
a blurry photo of the large house
there are two people who can see the sea
it's the dog's ball and they're here
a painting of an apple and a pear on the table
the horse and the cart are on the road""".split("\n")
MERGES = 90
CONTEXT = 20


def learn(sentences, count):
    """Byte-pair encoding (Sennrich et al. 2016): again and again the most frequent pair becomes one token."""
    words = collections.Counter(word for sentence in sentences for word in sentence.split())
    parts = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges = []
    while len(merges) < count:
        pairs = collections.Counter()
        for word, times in words.items():
            for pair in zip(parts[word], parts[word][1:]):
                pairs[pair] += times
        if not pairs:
            break
        best = max(sorted(pairs), key=lambda pair: pairs[pair])
        merges.append(best)
        for word, tokens in parts.items():
            joined, i = [], 0
            while i < len(tokens):
                if tuple(tokens[i : i + 2]) == best:
                    joined.append(tokens[i] + tokens[i + 1])
                    i += 2
                else:
                    joined.append(tokens[i])
                    i += 1
            parts[word] = joined
    return merges


merges = learn(SENTENCES, MERGES)
text = "#version: 0.2\n" + "\n".join(map(" ".join, merges))
with open(os.path.join(here, "merges.txt"), "w", encoding="utf-8") as file:
    file.write(text + "\n")
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "merges.txt.gz")
    # An empty line at the end would be a token there.
    with gzip.open(path, "wb") as file:
        file.write(text.encode())
    tokenize = SimpleTokenizer(path)
vocabulary = {
    {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}.get(token, token): number
    for token, number in tokenize.encoder.items()
}
fast = transformers.CLIPTokenizer(vocab=vocabulary, merges=merges)
fast.backend_tokenizer.save(os.path.join(here, "tokenizer.json"))

texts = [
    *SENTENCES[:5],
    "",
    "A  PHOTO\tof\na Cat!",
    "it’s “the dog’s”, they'll've 3 of 12 (½) … ＡＢＣ ﬁsh",
    "R&amp;D &lt;3, naïve CAFÉ, straße, İ, ΟΔΥΣΣΕΥΣ",
    "猫 кошка قطة 🐱 👨‍👩‍👧",
    "the horse and the cart " * 12,
    "unbroken" * 40,
]
short = tokenize(texts, CONTEXT)
found = {"tokens": tokenize(texts), "tokens20": short}
for words, ours in zip(texts, found["tokens"].tolist()):
    # The plain texts are the same for transformers; it does not mend the others.
    if words.isascii() and "&" not in words and len(words) < 60:
        assert fast(words)["input_ids"] == [t for t in ours if t != 0], words

torch.manual_seed(0)
model = CLIP(
    embed_dim=10,
    vision_cfg=CLIPVisionCfg(layers=2, width=16, head_width=8, patch_size=8, image_size=16),
    text_cfg=CLIPTextCfg(context_length=CONTEXT, vocab_size=tokenize.vocab_size, width=16, heads=2, layers=2),
    quick_gelu=True,
).eval()
parity.fill(model)
with torch.no_grad():
    model.logit_scale.fill_(3.2)
save_file(model.state_dict(), os.path.join(here, "checkpoint.safetensors"))

templates = ["a photo of a {}.", "a picture of the small {}", "{}"]
names = ["cat", "dog", "house"]
prompts = {
    "cat": ["a photo of a cat"],
    "a dog": ["a photo of a dog", "the dog's ball", "A DOG"],
    "house": ["a blurry photo of the large house", "the house"],
}
pixels = torch.randint(0, 256, [3, 3, 16, 16], generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
mean, std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
found["pixels"] = pixels


def short_tokens(words):
    return tokenize(words, CONTEXT)


for dtype in (torch.float64, torch.float32):
    name = str(dtype).split(".")[1]
    model.to(dtype)
    images = (pixels.to(dtype) / 255 - torch.tensor(mean, dtype=dtype)[:, None, None]) / torch.tensor(std, dtype=dtype)[
        :, None, None
    ]
    with torch.no_grad():
        found[f"{name}/texts"] = model.encode_text(short)
        found[f"{name}/images"] = model.encode_image(images)
        seen = F.normalize(found[f"{name}/images"], dim=-1)
        weights = build_zero_shot_classifier(model, short_tokens, names, templates)
        found[f"{name}/templates"] = weights
        found[f"{name}/templates/logits"] = model.logit_scale.exp() * seen @ weights
        columns = []
        for words in prompts.values():
            mixed = model.encode_text(short_tokens(words), normalize=True).mean(0)
            columns.append(mixed / mixed.norm())
        weights = torch.stack(columns, 1)
        found[f"{name}/prompts"] = weights
        found[f"{name}/prompts/logits"] = model.logit_scale.exp() * seen @ weights
facts = {"texts": texts, "templates": templates, "names": names, "prompts": prompts}
save_file(
    {key: value.contiguous() for key, value in found.items()},
    os.path.join(here, "truth.safetensors"),
    metadata={key: json.dumps(value) for key, value in facts.items()},
)

sizes = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2, "num_hidden_layers": 2}
whole = transformers.CLIPModel(
    transformers.CLIPConfig(
        text_config={**sizes, "vocab_size": 40, "max_position_embeddings": 7, "eos_token_id": 39, "bos_token_id": 38},
        vision_config={**sizes, "image_size": 16, "patch_size": 8},
        projection_dim=6,
    )
).eval()
parity.fill(whole)
with torch.no_grad():
    whole.logit_scale.fill_(2.5)
    state = {name: value.clone() for name, value in whole.state_dict().items()}
    tokens = torch.tensor([[38, 1, 2, 3, 39, 39, 39], [38, 5, 39, 39, 39, 39, 39], [38, 9, 8, 7, 6, 5, 39]])
    whole.double()
    images = parity.uniform("images", [2, 3, 16, 16]).double()
    said = whole(input_ids=tokens, pixel_values=images)
    made = {"tokens": tokens, "texts": said.text_embeds, "images": said.image_embeds, "logits": said.logits_per_image}
save_file(
    {**{f"state/{key}": value for key, value in state.items()}, **{key: value.contiguous() for key, value in made.items()}},
    os.path.join(here, "transformers.safetensors"),
)
