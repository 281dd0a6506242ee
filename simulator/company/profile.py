"""What else Entra knows about a user: job, place, and where the account comes from."""

import base64
from dataclasses import dataclass
from typing import Self

from simulator.company.addresses import Domains
from simulator.company.draw import Draw
from simulator.world import Json

_DEPARTMENTS = {
    "Engineering": ("Engineer", "Senior Engineer", "Test Lead", "Architect"),
    "Sales": ("Account Manager", "Sales Representative", "Sales Director"),
    "Finance": ("Accountant", "Controller", "Payroll Specialist"),
    "Operations": ("Planner", "Shift Lead", "Warehouse Operative", "Driver"),
    "People": ("Recruiter", "HR Partner"),
    "IT": ("System Administrator", "Service Desk Analyst"),
}
_OFFICES = (
    ("NO", "Oslo", "nb-NO"),
    ("PT", "Porto", "pt-PT"),
    ("GB", "Leeds", "en-GB"),
    ("FR", "Lyon", "fr-FR"),
    ("PL", "Kraków", "pl-PL"),
    ("AT", "Graz", "de-AT"),
    ("SE", "Malmö", "sv-SE"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeLife:
    """Somebody's job and desk."""

    department: str
    job_title: str
    country: str
    city: str
    language: str
    desk: str
    phone: str
    employee_id: str

    @classmethod
    def of(cls, draw: Draw) -> Self:
        """Anybody's."""
        department = draw.pick(tuple(_DEPARTMENTS))
        country, city, language = draw.pick(_OFFICES)
        return cls(
            department=department,
            job_title=draw.pick(_DEPARTMENTS[department]),
            country=country,
            city=city,
            language=language,
            desk=f"{city} {draw.number(1, 6)}/{draw.number(1, 90)}",
            phone=f"+47 555 {draw.number(0, 99_999):05}",
            employee_id=str(draw.number(100_000, 999_999)),
        )

    def as_properties(self, company: str) -> Json:
        """Under Graph's names."""
        return {
            "department": self.department,
            "jobTitle": self.job_title,
            "companyName": company,
            "country": self.country,
            "city": self.city,
            "usageLocation": self.country,
            "preferredLanguage": self.language,
            "officeLocation": self.desk,
            "businessPhones": [self.phone],
            "mobilePhone": None,
            "employeeId": self.employee_id,
        }


def on_premises_properties(draw: Draw, domains: Domains, *, local: str, sign_in: str, is_synced: bool) -> Json:
    """Where the account comes from: the company's own Active Directory, or the cloud, where all of this is null."""
    if not is_synced:
        return {
            "onPremisesSyncEnabled": None,
            "onPremisesImmutableId": None,
            "onPremisesUserPrincipalName": None,
            "onPremisesSamAccountName": None,
            "onPremisesDomainName": None,
            "onPremisesDistinguishedName": None,
            "onPremisesSecurityIdentifier": None,
        }
    anchor = base64.b64encode(bytes.fromhex(draw.guid().replace("-", ""))).decode()
    return {
        "onPremisesSyncEnabled": True,
        "onPremisesImmutableId": anchor,
        "onPremisesUserPrincipalName": sign_in,
        "onPremisesSamAccountName": local[:20],
        "onPremisesDomainName": f"corp.{domains.primary}",
        "onPremisesDistinguishedName": f"CN={local},OU=Staff,DC=corp,DC={domains.primary.replace('.', ',DC=')}",
        "onPremisesSecurityIdentifier": f"S-1-5-21-1004336348-1177238915-682003330-{draw.number(1_100, 99_999)}",
    }
