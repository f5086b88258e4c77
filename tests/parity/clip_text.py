"""What open_clip makes of texts: tokens, embeddings by text towers of full size, zero-shot logits of a whole ViT-B/32.

    python tests/parity/clip_text.py OUT

OUT is a folder. The vocabulary is OpenAI's, from open_clip_torch's own wheel. Weights are functions of their names, as in
tests/golden/parity.py. Needs open_clip_torch 3.3.0 with ftfy and regex, torch 2.13.0, safetensors. Compared by
tests/parity/clip_text.ts, which starts this script.
"""

import json
import os
import random
import shutil
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "golden"))
import ftfy  # noqa: E402
import open_clip  # noqa: E402
import parity  # noqa: E402
import torch  # noqa: E402
from open_clip import tokenizer as clip_tokenizer  # noqa: E402
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD  # noqa: E402
from open_clip.transformer import QuickGELU, TextTransformer  # noqa: E402
from open_clip.zero_shot_classifier import build_zero_shot_classifier  # noqa: E402
from open_clip.zero_shot_metadata import IMAGENET_CLASSNAMES, OPENAI_IMAGENET_TEMPLATES  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

folder = sys.argv[1]
tokenize = clip_tokenizer.SimpleTokenizer()

# What people write: ImageNet's classes in OpenAI's templates.
draw = random.Random(0)
written = [template(name) for name in IMAGENET_CLASSNAMES for template in draw.sample(OPENAI_IMAGENET_TEMPLATES, 4)]
written += [
    "",
    " ",
    "a photo of a cat",
    "A PHOTO\tOF A\n\nCAT.  ",
    "it's John's cats', they'll've, I'd, we're, I'm",
    "“curly” ‘quotes’ and ﬁne ﬂoﬀy ﬃ ligatures, ĳs",
    "ＦＵＬＬ　ＷＩＤＴＨ ﾊﾝｶｸ",
    "R&amp;D, R&amp;amp;D, &lt;b&gt;bold&lt;/b&gt;, 5 &euro;, &#233;, &notin; &copy 2020",
    "<b>bold</b> &amp; more",
    "naïve café, cafe\u0301, Ångström, STRASSE straße, İstanbul, ΟΔΥΣΣΕΥΣ",
    "日本の猫、中国的狗, 고양이, кошка и собака, قطة, बिल्ली, แมว",
    "emoji 🐱🐶👨‍👩‍👧 🇩🇪 ✈️",
    "1234567890 3.14 1e-5 ½ ² Ⅳ ٣",
    "!!! ... --- ??? @#$%^&*() _under_score_ [x] {y} |z| ~`",
    "word " * 100,
    "unbrokenword" * 100,
    "a" * 1000,
    "\x1b[31mred\x1b[0m \x00\x07bell \ufeff bom",
    "line\r\nbreak\u2028and\u2029more\x85end",
    "zero\u200bwidth non\u00a0breaking soft\u00adhyphen",
    "\x93quoted\x94 in windows-1252",
]

# What nobody writes: strings of random characters. ftfy guesses which of them were decoded by a wrong code page; that
# guess is not copied, so that here it is switched off.
alphabets = [
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcde '",
    "0123456789.,-+ ",
    "!\"#$%&'()*+,-./:;=?@[]^_`{|}~ ",
    "".join(map(chr, range(0x20, 0x7F))),
    "".join(map(chr, range(0xA0, 0x250))),
    "".join(c for c in map(chr, range(0x250, 0x3000)) if unicodedata.category(c) != "Cn"),
    "".join(c for c in map(chr, range(0x3000, 0xD7A0)) if unicodedata.category(c) != "Cn"),
    "".join(c for c in map(chr, range(0xF900, 0xFFFE)) if unicodedata.category(c) != "Cn"),
    "".join(c for c in map(chr, range(0x1F300, 0x1FA00)) if unicodedata.category(c) != "Cn"),
    " \t\n\r\x0b\x0c\x85\xa0\u2003\u2028\u3000ab",
]
strange = []
for _ in range(6000):
    parts = draw.choices(alphabets, k=draw.randint(1, 4))
    strange.append("".join(draw.choice(draw.choice(parts)) for _ in range(draw.randint(1, 40))))
strange += [chr(c) for c in range(0x20, 0x3000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
# Where case does not count, regex takes the iota that is written below a letter for neither a letter nor a mark.
strange = [text for text in strange if "\u0345" not in text]

tokens = [tokenize(written)]
fix = ftfy.fix_text
clip_tokenizer.ftfy.fix_text = lambda text: fix(text, fix_encoding=False, fix_c1_controls=True)
tokens.append(tokenize(strange))
texts = written + strange
with open(os.path.join(folder, "texts.json"), "w", encoding="utf-8") as file:
    json.dump(texts, file)

towers = {
    "clip_b_32": TextTransformer(act_layer=QuickGELU, output_dim=512),
    "open_clip_h_14": TextTransformer(width=1024, heads=16, layers=24, output_dim=1024),
}
found = {"tokens": torch.cat(tokens)}
seen = found["tokens"][: len(written) : 250].contiguous()
for name, tower in towers.items():
    parity.fill(tower)
    with torch.no_grad():
        found[f"{name}/embeddings"] = tower.eval()(seen)
        if name == "clip_b_32":
            found[f"{name}/float64"] = tower.double()(seen)
found["seen"] = seen
del towers

# A whole CLIP as OpenCLIP puts it into a repository.
classes = ["tench", "goldfish", "great white shark", "tiger shark", "hammerhead shark"]
whole = open_clip.create_model("ViT-B-32").eval()
parity.fill(whole)
with torch.no_grad():
    whole.logit_scale.fill_(4.2)
    save_file(whole.state_dict(), os.path.join(folder, "open_clip_model.safetensors"))
    images = torch.randint(0, 256, [2, 3, 224, 224], generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    mean, std = (torch.tensor(values)[:, None, None] for values in (OPENAI_DATASET_MEAN, OPENAI_DATASET_STD))
    weights = build_zero_shot_classifier(whole, tokenize, classes, OPENAI_IMAGENET_TEMPLATES)
    features = whole.encode_image((images / 255 - mean) / std)
    found["zero_shot/images"] = images
    found["zero_shot/features"] = features
    found["zero_shot/weights"] = weights
    found["zero_shot/logits"] = whole.logit_scale.exp() * torch.nn.functional.normalize(features, dim=-1) @ weights
config = {"model_cfg": open_clip.get_model_config("ViT-B-32"), "preprocess_cfg": {"interpolation": "bicubic"}}
with open(os.path.join(folder, "open_clip_config.json"), "w") as file:
    json.dump(config, file)
shutil.copy(clip_tokenizer.default_bpe(), folder)
with open(os.path.join(folder, "classes.json"), "w") as file:
    json.dump({name: [template(name) for template in OPENAI_IMAGENET_TEMPLATES] for name in classes}, file)
save_file(found, os.path.join(folder, "truth.safetensors"), {"vocabulary": clip_tokenizer.default_bpe()})
print(len(written), "texts as people write them,", len(strange), "strange ones")
