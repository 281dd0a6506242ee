"""People's names from many countries, and the plain letters that addresses are made of."""
# ruff: noqa: RUF001 - other alphabets are the point here

import unicodedata
from dataclasses import dataclass

from simulator.company.draw import Draw

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "ß": "ss",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ð": "d",
        "þ": "th",
        "Þ": "Th",
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        **dict(zip("абвгґдезийклмнопрстуфхцчшщьюяєіїжАБВГДЕЗИЙКЛМНОПРСТУФХЮЯЄІЇЖ", [
            "a", "b", "v", "h", "g", "d", "e", "z", "y", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh",
            "ts", "ch", "sh", "shch", "", "iu", "ia", "ie", "i", "i", "zh", "A", "B", "V", "H", "D", "E", "Z", "Y", "Y",
            "K", "L", "M", "N", "O", "P", "R", "S", "T", "U", "F", "Kh", "Yu", "Ya", "Ye", "I", "Yi", "Zh",
        ], strict=True)),
    }
)  # fmt: skip

_POOLS: tuple[tuple[str, str], ...] = (
    (
        "James Olivia Harry Amelia George Charlotte Ethan Grace Liam Sophie Aoife Seán Niamh Oisín Megan Rhys",
        "Smith Taylor O'Brien Walker Hughes MacDonald Fitzgerald Clarke Ó_Súilleabháin Whitfield-Barnes Evans Price",
    ),
    (
        "Jürgen Anneliese Björn Käthe Lukas Friederike Günther Sabine Matthias Jan-Philipp",
        "Müller Schäfer Weiß Großmann Köhler von_der_Heide Böttcher Schröder Meyer-Landrut Vogel",
    ),
    (
        "Åsa Björn Linnéa Søren Øyvind Märta Kjell Astrid Håkan Ingrid Pekka Aino",
        "Lindqvist Ångström Sørensen Bjørklund Øvergård Hämäläinen Nyström Dahl Virtanen Åkesson",
    ),
    (
        "Élodie François Chloé Jean-Baptiste Anaïs Gaël Maëlys Benoît Céline Thibault",
        "Lefèvre Dubois de_la_Fontaine Beauséjour Garçon Moreau N'Guyen Rousseau Lenoir Chevalier",
    ),
    (
        "José María Íñigo Lucía Ángel Begoña João Inês Gonçalo Beatriz",
        "García Núñez Muñoz_Ortega Ibáñez Fernández da_Silva Gonçalves Araújo Simões Peña",
    ),
    (
        "Łukasz Małgorzata Zdzisław Agnieszka Jiří Kateřina Zsófia László Ștefan Živa",
        "Wójcik Kowalczyk Dvořák Černý Szabó Nagy Ionescu Žižek Brzęczyszczykiewicz Novák",
    ),
    (
        "Юлія Олександр Ганна Тарас Оксана Богдан",
        "Шевченко Коваленко Бондаренко Мельник Ткаченко Кравчук",
    ),
    (
        "Ayşe Çağlar Gülşen İbrahim Yiğit Fatma Nguyễn_Thị Trần_Văn",
        "Yılmaz Öztürk Çelik Şahin Đặng Phạm Hoàng Aydın",
    ),
    (
        "Priya Arjun Lakshmi Rahul Mohammed Fatima Yusuf Aisha Chukwuemeka Ngozi Thabo Wanjiru",
        "Patel Krishnamurthy Al-Rashid bin_Saleh Okonkwo Adeyemi Dlamini Kamau Singh Chowdhury",
    ),
    (
        "Wei Xiuying Haruto Yui Ji-woo Min-seo Siti Putu",
        "Li Zhang Nakamura Takahashi Kim Park Lee Wijaya",
    ),
)  # fmt: skip


def words(text: str) -> tuple[str, ...]:
    """The words of the text; ``_`` stands for a blank within one."""
    return tuple(word.replace("_", " ") for word in text.split())


_NAMES = tuple((words(given), words(family)) for given, family in _POOLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A person's name as it is written, and its plain letters."""

    given: str
    family: str

    @property
    def display(self) -> str:
        """Both together."""
        return f"{self.given} {self.family}"

    @property
    def plain_given(self) -> str:
        """The given name as it stands in an address."""
        return plain(self.given)

    @property
    def plain_family(self) -> str:
        """The family name as it stands in an address."""
        return plain(self.family)


def draw_name(draw: Draw) -> PersonName:
    """Somebody's name; mostly both parts of one language, as in life not always."""
    given, family = draw.pick(_NAMES)
    if draw.happens(0.06):
        family = draw.pick(_NAMES)[1]
    name = draw.pick(family)
    if draw.happens(0.12):
        other = draw.pick(family)
        name = f"{name}-{other}" if other != name and "-" not in name + other else name
    return PersonName(given=draw.pick(given), family=name)


def plain(text: str) -> str:
    """Small letters, digits, dots and hyphens only."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_LETTERS))
    kept = (c for c in folded.lower() if c.isascii() and (c.isalnum() or c in ".-"))
    return "".join(kept).strip(".-") or "person"
