"""Writes what timm's MobileViTs compute: see timm_parity.py."""

import timm_parity

timm_parity.main({
    "mobilevit_xxs": ("mobilevit_xxs", 64, {"num_classes": 5}),
    "mobilevit_xxs, patches left over": (
        "mobilevit_xxs",
        72,
        {"num_classes": 5, "drop_rate": 0.3, "drop_path_rate": 0.3, "batch": 4},
    ),
    "mobilevitv2_050": ("mobilevitv2_050", 64, {"num_classes": 5, "drop_path_rate": 0.3, "batch": 4}),
    "mobilevitv2_050, patches left over": ("mobilevitv2_050", 68, {"num_classes": 0}),
})
