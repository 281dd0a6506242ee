"""The types of object that the simulated Graph knows, with their properties.

Source: learn.microsoft.com/graph/api/resources/user, …/group, …/orgcontact, …/device, …/serviceprincipal, …/organization,
…/subscribedsku.
"""

from simulator.graph.entity_type import EntityType, Shape, names_of, shapes_of

USER = EntityType(
    name="user",
    collection="users",
    shapes=shapes_of(
        text=(
            "id aboutMe ageGroup city companyName consentProvidedForMinor country creationType department displayName"
            " employeeId employeeType externalUserState faxNumber givenName identityParentId jobTitle"
            " legalAgeGroupClassification mail mailNickname mobilePhone mySite officeLocation"
            " onPremisesDistinguishedName onPremisesDomainName onPremisesImmutableId onPremisesSamAccountName"
            " onPremisesSecurityIdentifier onPremisesUserPrincipalName passwordPolicies postalCode"
            " preferredDataLocation preferredLanguage preferredName securityIdentifier state streetAddress surname"
            " usageLocation userPrincipalName userType"
        ),
        truth="accountEnabled isManagementRestricted isResourceAccount onPremisesSyncEnabled showInAddressList",
        number="deviceEnrollmentLimit",
        moment=(
            "birthday createdDateTime deletedDateTime employeeHireDate employeeLeaveDateTime"
            " externalUserStateChangeDateTime hireDate lastPasswordChangeDateTime onPremisesLastSyncDateTime"
            " signInSessionsValidFromDateTime"
        ),
        object=(
            "authorizationInfo customSecurityAttributes employeeOrgData mailboxSettings onPremisesExtensionAttributes"
            " passwordProfile print signInActivity"
        ),
        list=(
            "assignedLicenses assignedPlans businessPhones identities imAddresses interests licenseAssignmentStates"
            " onPremisesProvisioningErrors otherMails pastProjects provisionedPlans proxyAddresses responsibilities"
            " schools serviceProvisioningErrors skills"
        ),
    ),
    default=names_of(
        "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname"
        " userPrincipalName id"
    ),
    filterable=frozenset(
        names_of(
            "accountEnabled assignedLicenses city country createdDateTime department displayName employeeId"
            " externalUserState givenName id jobTitle mail mailNickname onPremisesImmutableId onPremisesSyncEnabled"
            " otherMails proxyAddresses state surname usageLocation userPrincipalName userType"
        )
    ),
    filterable_when_advanced=frozenset(names_of("assignedPlans companyName creationType employeeType officeLocation")),
    sortable=frozenset({"displayName", "userPrincipalName", "deletedDateTime"}),
    single_only=frozenset(
        names_of(
            "aboutMe birthday deviceEnrollmentLimit hireDate interests mailboxSettings mySite pastProjects preferredName"
            " print responsibilities schools skills"
        )
    ),
    elements={
        "assignedLicenses": {"skuId": Shape.GUID},
        "assignedPlans": {
            "servicePlanId": Shape.GUID,
            "service": Shape.TEXT,
            "capabilityStatus": Shape.TEXT,
        },
        "otherMails": {},
        "proxyAddresses": {},
    },
)

GROUP = EntityType(
    name="group",
    collection="groups",
    shapes=shapes_of(
        text=(
            "id accessType classification description displayName mail mailNickname membershipRule"
            " membershipRuleProcessingState onPremisesDomainName onPremisesNetBiosName onPremisesSamAccountName"
            " onPremisesSecurityIdentifier organizationId preferredDataLocation preferredLanguage securityIdentifier"
            " theme uniqueName visibility"
        ),
        truth=(
            "allowExternalSenders autoSubscribeNewMembers hasMembersWithLicenseErrors hideFromAddressLists"
            " hideFromOutlookClients isArchived isAssignableToRole isFavorite isManagementRestricted isSubscribedByMail"
            " mailEnabled onPremisesSyncEnabled securityEnabled welcomeMessageEnabled"
        ),
        number="unseenConversationsCount unseenCount unseenMessagesCount",
        moment="createdDateTime deletedDateTime expirationDateTime onPremisesLastSyncDateTime renewedDateTime",
        object="licenseProcessingState onPremisesExtensionAttributes",
        list=(
            "assignedLabels assignedLicenses groupTypes infoCatalogs onPremisesProvisioningErrors proxyAddresses"
            " resourceBehaviorOptions resourceProvisioningOptions serviceProvisioningErrors"
        ),
    ),
    default=names_of(
        "id deletedDateTime classification createdDateTime description displayName expirationDateTime groupTypes"
        " isAssignableToRole mail mailEnabled mailNickname membershipRule membershipRuleProcessingState"
        " onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesSamAccountName"
        " onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation preferredLanguage proxyAddresses"
        " renewedDateTime resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier theme"
        " uniqueName visibility onPremisesProvisioningErrors serviceProvisioningErrors"
    ),
    filterable=frozenset(
        names_of(
            "assignedLicenses createdDateTime displayName groupTypes hasMembersWithLicenseErrors id mail mailEnabled"
            " mailNickname onPremisesSyncEnabled proxyAddresses securityEnabled"
        )
    ),
    filterable_when_advanced=frozenset(names_of("membershipRuleProcessingState visibility")),
    sortable=frozenset({"displayName", "deletedDateTime"}),
    single_only=frozenset(
        names_of(
            "accessType allowExternalSenders autoSubscribeNewMembers hideFromAddressLists hideFromOutlookClients isArchived"
            " isFavorite isSubscribedByMail unseenConversationsCount unseenCount unseenMessagesCount"
            " welcomeMessageEnabled"
        )
    ),
    elements={"assignedLicenses": {"skuId": Shape.GUID}, "groupTypes": {}, "proxyAddresses": {}},
)

ORG_CONTACT = EntityType(
    name="orgContact",
    collection="contacts",
    shapes=shapes_of(
        text="id companyName department displayName givenName jobTitle mail mailNickname surname",
        truth="onPremisesSyncEnabled",
        moment="deletedDateTime onPremisesLastSyncDateTime",
        list="addresses onPremisesProvisioningErrors phones proxyAddresses serviceProvisioningErrors",
    ),
    default=names_of(
        "id addresses companyName department displayName givenName jobTitle mail mailNickname"
        " onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSyncEnabled phones proxyAddresses"
        " serviceProvisioningErrors surname"
    ),
    elements={},
)

DEVICE = EntityType(
    name="device",
    collection="devices",
    shapes=shapes_of(
        text="id deviceId displayName operatingSystem operatingSystemVersion profileType trustType",
        truth="accountEnabled isCompliant isManaged onPremisesSyncEnabled",
        moment="approximateLastSignInDateTime deletedDateTime registrationDateTime",
        list="physicalIds systemLabels",
    ),
    default=names_of(
        "id accountEnabled approximateLastSignInDateTime deviceId displayName isCompliant isManaged operatingSystem"
        " operatingSystemVersion physicalIds profileType registrationDateTime systemLabels trustType"
    ),
    elements={},
)

SERVICE_PRINCIPAL = EntityType(
    name="servicePrincipal",
    collection="servicePrincipals",
    shapes=shapes_of(
        text="id appDisplayName appId appOwnerOrganizationId description displayName homepage servicePrincipalType",
        truth="accountEnabled appRoleAssignmentRequired",
        moment="deletedDateTime",
        list="alternativeNames servicePrincipalNames tags",
    ),
    default=names_of(
        "id accountEnabled alternativeNames appDisplayName appId appOwnerOrganizationId appRoleAssignmentRequired"
        " description displayName homepage servicePrincipalNames servicePrincipalType tags"
    ),
    elements={},
)

ORGANIZATION = EntityType(
    name="organization",
    collection="organization",
    shapes=shapes_of(
        text=(
            "id city country countryLetterCode defaultUsageLocation displayName mobileDeviceManagementAuthority"
            " partnerTenantType postalCode preferredLanguage state street tenantType"
        ),
        truth="onPremisesSyncEnabled",
        moment="createdDateTime deletedDateTime onPremisesLastSyncDateTime",
        object="privacyProfile",
        list=(
            "assignedPlans businessPhones marketingNotificationEmails provisionedPlans"
            " securityComplianceNotificationMails securityComplianceNotificationPhones technicalNotificationMails"
            " verifiedDomains"
        ),
    ),
    default=names_of(
        "id deletedDateTime businessPhones city country countryLetterCode createdDateTime defaultUsageLocation"
        " displayName marketingNotificationEmails mobileDeviceManagementAuthority onPremisesLastSyncDateTime"
        " onPremisesSyncEnabled partnerTenantType postalCode preferredLanguage privacyProfile"
        " securityComplianceNotificationMails securityComplianceNotificationPhones state street"
        " technicalNotificationMails tenantType assignedPlans provisionedPlans verifiedDomains"
    ),
    elements={},
)

SUBSCRIBED_SKU = EntityType(
    name="subscribedSku",
    collection="subscribedSkus",
    shapes=shapes_of(
        text="id accountId accountName appliesTo capabilityStatus skuPartNumber",
        number="consumedUnits",
        guid="skuId",
        object="prepaidUnits",
        list="servicePlans subscriptionIds",
    ),
    default=names_of(
        "accountName accountId appliesTo capabilityStatus consumedUnits id skuId skuPartNumber subscriptionIds"
        " prepaidUnits servicePlans"
    ),
    elements={},
)

MAILBOX_SETTINGS = EntityType(
    name="mailboxSettings",
    collection="mailboxSettings",
    shapes=shapes_of(
        text="archiveFolder dateFormat delegateMeetingMessageDeliveryOptions timeFormat timeZone userPurpose",
        object="automaticRepliesSetting language workingHours",
    ),
    default=names_of(
        "archiveFolder timeZone delegateMeetingMessageDeliveryOptions dateFormat timeFormat userPurpose"
        " automaticRepliesSetting language workingHours"
    ),
    elements={},
)

MEMBER_TYPES = {entity.name: entity for entity in (USER, GROUP, ORG_CONTACT, DEVICE, SERVICE_PRINCIPAL)}
"""The types that can be members of a group, by name."""

MEMBER = EntityType(
    name="directoryObject",
    collection="directoryObjects",
    shapes={name: shape for entity in MEMBER_TYPES.values() for name, shape in entity.shapes.items()},
    default=(),
    filterable_when_advanced=frozenset({"displayName", "id", "mail"}),
    sortable=frozenset({"displayName"}),
    single_only=USER.single_only | GROUP.single_only,
    elements={},
)
"""Whatever can be a member, where the type is not asked for: each object comes with its own default properties."""
