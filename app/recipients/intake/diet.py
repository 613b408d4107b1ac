"""What somebody must not eat, as codes beside the words on paper."""

from __future__ import annotations

import re

from app.core.sheets import folded

# Each code with what it is called on paper; the allergens follow GB 7718's list.
_ALLERGENS: dict[str, str] = {
    "peanut": r"花生|peanut",
    "tree_nut": r"坚果|核桃|杏仁|腰果|榛|\bnuts?\b",
    "seafood": r"海鲜|水产|seafood",
    "crustacean": r"虾|蟹|甲壳|shrimp|crab",
    "fish": r"鱼|\bfish\b",
    "egg": r"鸡蛋|蛋类|蛋(?!白)|\begg",
    "milk": r"牛奶|乳制品|奶制品|奶粉|乳糖|鲜奶|奶(?=过敏)|milk|lactose",
    "soy": r"大豆|黄豆|豆制品|soy",
    "gluten": r"小麦|麸质|面粉|面筋|wheat|gluten",
    "mango": r"芒果|mango",
}
_DIETS: dict[str, str] = {
    "diabetic": r"糖尿病|血糖|低糖|无糖|少糖|忌糖|控糖|不吃糖|不能吃糖|忌甜|diabet",
    "vegetarian": r"素食|吃素|全素|吃斋|斋|vegetarian|vegan",
    "halal": r"清真|回族|穆斯林|halal",
    "no_pork": r"不吃猪|忌猪|无猪|猪肉|清真|halal|no pork",
    "no_beef": r"不吃牛|忌牛|牛肉|no beef",
    "low_salt": r"低盐|少盐|忌盐|清淡|高血压|low.?salt",
    "low_fat": r"低脂|少油|高血脂|血脂|low.?fat",
    "low_purine": r"痛风|低嘌呤|尿酸|gout",
    "kidney": r"肾病|肾衰|透析|低蛋白|kidney",
    "soft": r"牙口|牙不好|没牙|无牙|假牙|软食|流食|流质|半流|咀嚼|嚼不动|吞咽|soft",
}
_DENIED = re.compile(
    r"(?:无|没有|不|未|no\s)[^,、;。/]{0,4}?(?:过敏|忌口|禁忌|特殊|allerg)\S{0,2}", re.IGNORECASE
)
_LIKED = re.compile(r"(?<!不)(?:喜欢|爱吃|爱喝|可以吃|多吃|多喝|想吃|常吃|likes?\b)", re.IGNORECASE)
_CLAUSES = re.compile(r"[,、;。/\s]+")


def diet_codes(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(allergens, diets) of a diet cell, as sorted codes; hard limits when food is allocated.

    "花生过敏" → (("peanut",), ()); "清真、低盐" → ((), ("halal", "low_salt", "no_pork")). A denial
    ("无过敏史") gives nothing. In doubt a food that is named counts as to be avoided.
    """
    clauses = _CLAUSES.split(_DENIED.sub(" ", folded(text)))
    said = " ".join(clause for clause in clauses if not _LIKED.search(clause))
    allergens = {
        code for code, words in _ALLERGENS.items() if re.search(words, said, re.IGNORECASE)
    }
    if "seafood" in allergens:
        allergens |= {"crustacean", "fish"}
    diets = {code for code, words in _DIETS.items() if re.search(words, said, re.IGNORECASE)}
    return tuple(sorted(allergens)), tuple(sorted(diets))
