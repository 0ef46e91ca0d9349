/* Made by tools/gen_kubernetes_schema.py: do not edit. */
#include "table.h"

/* clang-format off */
const unsigned api_oldest = 25, api_newest = 37;

const char *const api_kinds[] = {
    "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy "
      "admissionregistration.v1.MutatingAdmissionPolicy @36-",
    "admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding "
      "admissionregistration.v1.MutatingAdmissionPolicyBinding @36-",
    "admissionregistration.k8s.io/v1/MutatingWebhookConfiguration "
      "admissionregistration.v1.MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy "
      "admissionregistration.v1.ValidatingAdmissionPolicy @30-",
    "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding "
      "admissionregistration.v1.ValidatingAdmissionPolicyBinding @30-",
    "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration "
      "admissionregistration.v1.ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicy "
      "admissionregistration.v1alpha1.MutatingAdmissionPolicy @32-",
    "admissionregistration.k8s.io/v1alpha1/MutatingAdmissionPolicyBinding "
      "admissionregistration.v1alpha1.MutatingAdmissionPolicyBinding @32-",
    "admissionregistration.k8s.io/v1alpha1/ValidatingAdmissionPolicy "
      "admissionregistration.v1alpha1.ValidatingAdmissionPolicy @26-31",
    "admissionregistration.k8s.io/v1alpha1/ValidatingAdmissionPolicyBinding "
      "admissionregistration.v1alpha1.ValidatingAdmissionPolicyBinding @26-31",
    "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy "
      "admissionregistration.v1beta1.MutatingAdmissionPolicy @34-",
    "admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicyBinding "
      "admissionregistration.v1beta1.MutatingAdmissionPolicyBinding @34-",
    "admissionregistration.k8s.io/v1beta1/ValidatingAdmissionPolicy "
      "admissionregistration.v1beta1.ValidatingAdmissionPolicy @28-33",
    "admissionregistration.k8s.io/v1beta1/ValidatingAdmissionPolicyBinding "
      "admissionregistration.v1beta1.ValidatingAdmissionPolicyBinding @28-33",
    "apiextensions.k8s.io/v1/CustomResourceDefinition "
      "apiextensions.v1.CustomResourceDefinition",
    "apiregistration.k8s.io/v1/APIService apiregistration.v1.APIService",
    "apps/v1/ControllerRevision apps.v1.ControllerRevision",
    "apps/v1/DaemonSet apps.v1.DaemonSet",
    "apps/v1/Deployment apps.v1.Deployment",
    "apps/v1/ReplicaSet apps.v1.ReplicaSet",
    "apps/v1/StatefulSet apps.v1.StatefulSet",
    "authentication.k8s.io/v1/SelfSubjectReview authentication.v1.SelfSubjectReview @28-",
    "authentication.k8s.io/v1/TokenRequest authentication.v1.TokenRequest",
    "authentication.k8s.io/v1/TokenReview authentication.v1.TokenReview",
    "authentication.k8s.io/v1alpha1/SelfSubjectReview "
      "authentication.v1alpha1.SelfSubjectReview @26-31",
    "authentication.k8s.io/v1beta1/SelfSubjectReview "
      "authentication.v1beta1.SelfSubjectReview @27-32",
    "authorization.k8s.io/v1/LocalSubjectAccessReview "
      "authorization.v1.LocalSubjectAccessReview",
    "authorization.k8s.io/v1/SelfSubjectAccessReview authorization.v1.SelfSubjectAccessReview",
    "authorization.k8s.io/v1/SelfSubjectRulesReview authorization.v1.SelfSubjectRulesReview",
    "authorization.k8s.io/v1/SubjectAccessReview authorization.v1.SubjectAccessReview",
    "autoscaling/v1/HorizontalPodAutoscaler autoscaling.v1.HorizontalPodAutoscaler",
    "autoscaling/v1/Scale autoscaling.v1.Scale",
    "autoscaling/v2/HorizontalPodAutoscaler autoscaling.v2.HorizontalPodAutoscaler",
    "autoscaling/v2beta2/HorizontalPodAutoscaler autoscaling.v2beta2.HorizontalPodAutoscaler "
      "@-25",
    "batch/v1/CronJob batch.v1.CronJob",
    "batch/v1/Job batch.v1.Job",
    "certificates.k8s.io/v1/CertificateSigningRequest "
      "certificates.v1.CertificateSigningRequest",
    "certificates.k8s.io/v1/ClusterTrustBundle certificates.v1.ClusterTrustBundle @37-",
    "certificates.k8s.io/v1/PodCertificateRequest certificates.v1.PodCertificateRequest @37-",
    "certificates.k8s.io/v1alpha1/ClusterTrustBundle "
      "certificates.v1alpha1.ClusterTrustBundle @27-36",
    "certificates.k8s.io/v1alpha1/PodCertificateRequest "
      "certificates.v1alpha1.PodCertificateRequest @34-34",
    "certificates.k8s.io/v1beta1/ClusterTrustBundle certificates.v1beta1.ClusterTrustBundle "
      "@33-",
    "certificates.k8s.io/v1beta1/PodCertificateRequest "
      "certificates.v1beta1.PodCertificateRequest @35-",
    "coordination.k8s.io/v1/Lease coordination.v1.Lease",
    "coordination.k8s.io/v1alpha1/LeaseCandidate coordination.v1alpha1.LeaseCandidate @31-31",
    "coordination.k8s.io/v1alpha2/LeaseCandidate coordination.v1alpha2.LeaseCandidate @32-",
    "coordination.k8s.io/v1beta1/LeaseCandidate coordination.v1beta1.LeaseCandidate @33-",
    "discovery.k8s.io/v1/EndpointSlice discovery.v1.EndpointSlice",
    "events.k8s.io/v1/Event events.v1.Event",
    "flowcontrol.apiserver.k8s.io/v1/FlowSchema flowcontrol.v1.FlowSchema @29-",
    "flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration "
      "flowcontrol.v1.PriorityLevelConfiguration @29-",
    "flowcontrol.apiserver.k8s.io/v1beta1/FlowSchema flowcontrol.v1beta1.FlowSchema @-25",
    "flowcontrol.apiserver.k8s.io/v1beta1/PriorityLevelConfiguration "
      "flowcontrol.v1beta1.PriorityLevelConfiguration @-25",
    "flowcontrol.apiserver.k8s.io/v1beta2/FlowSchema flowcontrol.v1beta2.FlowSchema @-28",
    "flowcontrol.apiserver.k8s.io/v1beta2/PriorityLevelConfiguration "
      "flowcontrol.v1beta2.PriorityLevelConfiguration @-28",
    "flowcontrol.apiserver.k8s.io/v1beta3/FlowSchema flowcontrol.v1beta3.FlowSchema @26-31",
    "flowcontrol.apiserver.k8s.io/v1beta3/PriorityLevelConfiguration "
      "flowcontrol.v1beta3.PriorityLevelConfiguration @26-31",
    "internal.apiserver.k8s.io/v1alpha1/StorageVersion "
      "apiserverinternal.v1alpha1.StorageVersion",
    "lifecycle.k8s.io/v1alpha1/Eviction lifecycle.v1alpha1.Eviction @37-",
    "lifecycle.k8s.io/v1alpha1/EvictionRequest lifecycle.v1alpha1.EvictionRequest @37-",
    "networking.k8s.io/v1/IPAddress networking.v1.IPAddress @33-",
    "networking.k8s.io/v1/Ingress networking.v1.Ingress",
    "networking.k8s.io/v1/IngressClass networking.v1.IngressClass",
    "networking.k8s.io/v1/NetworkPolicy networking.v1.NetworkPolicy",
    "networking.k8s.io/v1/ServiceCIDR networking.v1.ServiceCIDR @33-",
    "networking.k8s.io/v1alpha1/ClusterCIDR networking.v1alpha1.ClusterCIDR @-28",
    "networking.k8s.io/v1alpha1/IPAddress networking.v1alpha1.IPAddress @27-30",
    "networking.k8s.io/v1alpha1/ServiceCIDR networking.v1alpha1.ServiceCIDR @29-30",
    "networking.k8s.io/v1beta1/IPAddress networking.v1beta1.IPAddress @31-36",
    "networking.k8s.io/v1beta1/ServiceCIDR networking.v1beta1.ServiceCIDR @31-36",
    "node.k8s.io/v1/RuntimeClass node.v1.RuntimeClass",
    "policy/v1/Eviction policy.v1.Eviction",
    "policy/v1/PodDisruptionBudget policy.v1.PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1/ClusterRole rbac.v1.ClusterRole",
    "rbac.authorization.k8s.io/v1/ClusterRoleBinding rbac.v1.ClusterRoleBinding",
    "rbac.authorization.k8s.io/v1/Role rbac.v1.Role",
    "rbac.authorization.k8s.io/v1/RoleBinding rbac.v1.RoleBinding",
    "resource.k8s.io/v1/DeviceClass resource.v1.DeviceClass @34-",
    "resource.k8s.io/v1/DeviceTaintRule resource.v1.DeviceTaintRule @37-",
    "resource.k8s.io/v1/ResourceClaim resource.v1.ResourceClaim @34-",
    "resource.k8s.io/v1/ResourceClaimTemplate resource.v1.ResourceClaimTemplate @34-",
    "resource.k8s.io/v1/ResourceSlice resource.v1.ResourceSlice @34-",
    "resource.k8s.io/v1alpha1/PodScheduling resource.v1alpha1.PodScheduling @26-26",
    "resource.k8s.io/v1alpha1/ResourceClaim resource.v1alpha1.ResourceClaim @26-26",
    "resource.k8s.io/v1alpha1/ResourceClaimTemplate resource.v1alpha1.ResourceClaimTemplate "
      "@26-26",
    "resource.k8s.io/v1alpha1/ResourceClass resource.v1alpha1.ResourceClass @26-26",
    "resource.k8s.io/v1alpha2/PodSchedulingContext resource.v1alpha2.PodSchedulingContext "
      "@27-30",
    "resource.k8s.io/v1alpha2/ResourceClaim resource.v1alpha2.ResourceClaim @27-30",
    "resource.k8s.io/v1alpha2/ResourceClaimParameters "
      "resource.v1alpha2.ResourceClaimParameters @30-30",
    "resource.k8s.io/v1alpha2/ResourceClaimTemplate resource.v1alpha2.ResourceClaimTemplate "
      "@27-30",
    "resource.k8s.io/v1alpha2/ResourceClass resource.v1alpha2.ResourceClass @27-30",
    "resource.k8s.io/v1alpha2/ResourceClassParameters "
      "resource.v1alpha2.ResourceClassParameters @30-30",
    "resource.k8s.io/v1alpha2/ResourceSlice resource.v1alpha2.ResourceSlice @30-30",
    "resource.k8s.io/v1alpha3/DeviceClass resource.v1alpha3.DeviceClass @31-33",
    "resource.k8s.io/v1alpha3/DeviceTaintRule resource.v1alpha3.DeviceTaintRule @33-",
    "resource.k8s.io/v1alpha3/PodSchedulingContext resource.v1alpha3.PodSchedulingContext "
      "@31-31",
    "resource.k8s.io/v1alpha3/ResourceClaim resource.v1alpha3.ResourceClaim @31-33",
    "resource.k8s.io/v1alpha3/ResourceClaimTemplate resource.v1alpha3.ResourceClaimTemplate "
      "@31-33",
    "resource.k8s.io/v1alpha3/ResourcePoolStatusRequest "
      "resource.v1alpha3.ResourcePoolStatusRequest @36-",
    "resource.k8s.io/v1alpha3/ResourceSlice resource.v1alpha3.ResourceSlice @31-33",
    "resource.k8s.io/v1beta1/DeviceClass resource.v1beta1.DeviceClass @32-",
    "resource.k8s.io/v1beta1/ResourceClaim resource.v1beta1.ResourceClaim @32-",
    "resource.k8s.io/v1beta1/ResourceClaimTemplate resource.v1beta1.ResourceClaimTemplate "
      "@32-",
    "resource.k8s.io/v1beta1/ResourceSlice resource.v1beta1.ResourceSlice @32-",
    "resource.k8s.io/v1beta2/DeviceClass resource.v1beta2.DeviceClass @33-",
    "resource.k8s.io/v1beta2/DeviceTaintRule resource.v1beta2.DeviceTaintRule @36-",
    "resource.k8s.io/v1beta2/ResourceClaim resource.v1beta2.ResourceClaim @33-",
    "resource.k8s.io/v1beta2/ResourceClaimTemplate resource.v1beta2.ResourceClaimTemplate "
      "@33-",
    "resource.k8s.io/v1beta2/ResourceSlice resource.v1beta2.ResourceSlice @33-",
    "scheduling.k8s.io/v1/PriorityClass scheduling.v1.PriorityClass",
    "scheduling.k8s.io/v1alpha1/Workload scheduling.v1alpha1.Workload @35-35",
    "scheduling.k8s.io/v1alpha2/PodGroup scheduling.v1alpha2.PodGroup @36-36",
    "scheduling.k8s.io/v1alpha2/Workload scheduling.v1alpha2.Workload @36-36",
    "scheduling.k8s.io/v1alpha3/CompositePodGroup scheduling.v1alpha3.CompositePodGroup @37-",
    "scheduling.k8s.io/v1alpha3/PodGroup scheduling.v1alpha3.PodGroup @37-",
    "scheduling.k8s.io/v1alpha3/Workload scheduling.v1alpha3.Workload @37-",
    "scheduling.k8s.io/v1beta1/PodGroup scheduling.v1beta1.PodGroup @37-",
    "scheduling.k8s.io/v1beta1/Workload scheduling.v1beta1.Workload @37-",
    "storage.k8s.io/v1/CSIDriver storage.v1.CSIDriver",
    "storage.k8s.io/v1/CSINode storage.v1.CSINode",
    "storage.k8s.io/v1/CSIStorageCapacity storage.v1.CSIStorageCapacity",
    "storage.k8s.io/v1/StorageClass storage.v1.StorageClass",
    "storage.k8s.io/v1/VolumeAttachment storage.v1.VolumeAttachment",
    "storage.k8s.io/v1/VolumeAttributesClass storage.v1.VolumeAttributesClass @34-",
    "storage.k8s.io/v1alpha1/VolumeAttributesClass storage.v1alpha1.VolumeAttributesClass "
      "@29-34",
    "storage.k8s.io/v1beta1/CSIStorageCapacity storage.v1beta1.CSIStorageCapacity @-26",
    "storage.k8s.io/v1beta1/VolumeAttributesClass storage.v1beta1.VolumeAttributesClass "
      "@31-36",
    "storagemigration.k8s.io/v1/StorageVersionMigration "
      "storagemigration.v1.StorageVersionMigration @37-",
    "storagemigration.k8s.io/v1alpha1/StorageVersionMigration "
      "storagemigration.v1alpha1.StorageVersionMigration @30-34",
    "storagemigration.k8s.io/v1beta1/StorageVersionMigration "
      "storagemigration.v1beta1.StorageVersionMigration @35-",
    "v1/Binding core.v1.Binding",
    "v1/ComponentStatus core.v1.ComponentStatus",
    "v1/ConfigMap core.v1.ConfigMap",
    "v1/Endpoints core.v1.Endpoints",
    "v1/Event core.v1.Event",
    "v1/LimitRange core.v1.LimitRange",
    "v1/Namespace core.v1.Namespace",
    "v1/Node core.v1.Node",
    "v1/PersistentVolume core.v1.PersistentVolume",
    "v1/PersistentVolumeClaim core.v1.PersistentVolumeClaim",
    "v1/Pod core.v1.Pod",
    "v1/PodTemplate core.v1.PodTemplate",
    "v1/ReplicationController core.v1.ReplicationController",
    "v1/ResourceQuota core.v1.ResourceQuota",
    "v1/Secret core.v1.Secret",
    "v1/Service core.v1.Service",
    "v1/ServiceAccount core.v1.ServiceAccount",
    NULL,
};
const size_t api_kind_count = 147;

const char *const api_types[] = {
    "admissionregistration.v1.ApplyConfiguration expression:s",
    "admissionregistration.v1.AuditAnnotation key!:s valueExpression!:s",
    "admissionregistration.v1.ExpressionWarning fieldRef!:s warning!:s",
    "admissionregistration.v1.JSONPatch expression:s",
    "admissionregistration.v1.MatchCondition expression!:s name!:s",
    "admissionregistration.v1.MatchResources excludeResourceRules:[>NamedRuleWithOperations "
      "matchPolicy:s=Equivalent|Exact namespaceSelector:>meta.v1.LabelSelector "
      "objectSelector:>meta.v1.LabelSelector resourceRules:[>NamedRuleWithOperations",
    "admissionregistration.v1.MutatingAdmissionPolicy apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>MutatingAdmissionPolicySpec",
    "admissionregistration.v1.MutatingAdmissionPolicyBinding apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>MutatingAdmissionPolicyBindingSpec",
    "admissionregistration.v1.MutatingAdmissionPolicyBindingSpec "
      "matchResources:>MatchResources paramRef:>ParamRef policyName:s",
    "admissionregistration.v1.MutatingAdmissionPolicySpec failurePolicy:s=Fail|Ignore "
      "matchConditions:[>MatchCondition matchConstraints:>MatchResources mutations:[>Mutation "
      "paramKind:>ParamKind reinvocationPolicy:s=IfNeeded|Never variables:[>Variable",
    "admissionregistration.v1.MutatingWebhook admissionReviewVersions!:[s "
      "clientConfig!:>WebhookClientConfig failurePolicy:s=Fail|Ignore "
      "matchConditions:[>MatchCondition@27- matchPolicy:s=Equivalent|Exact name!:s "
      "namespaceSelector:>meta.v1.LabelSelector objectSelector:>meta.v1.LabelSelector "
      "reinvocationPolicy:s=IfNeeded|Never rules:[>RuleWithOperations "
      "sideEffects!:s=None|NoneOnDryRun|Some|Unknown timeoutSeconds:i",
    "admissionregistration.v1.MutatingWebhookConfiguration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta webhooks:[>MutatingWebhook",
    "admissionregistration.v1.Mutation applyConfiguration:>ApplyConfiguration "
      "jsonPatch:>JSONPatch patchType!:s=ApplyConfiguration|JSONPatch",
    "admissionregistration.v1.NamedRuleWithOperations apiGroups:[s apiVersions:[s "
      "operations:[s resourceNames:[s resources:[s scope:s",
    "admissionregistration.v1.ParamKind apiVersion:s kind:s",
    "admissionregistration.v1.ParamRef name:s namespace:s parameterNotFoundAction:s "
      "selector:>meta.v1.LabelSelector",
    "admissionregistration.v1.RuleWithOperations apiGroups:[s apiVersions:[s "
      "operations:[s=*|CONNECT|CREATE|DELETE|UPDATE resources:[s scope:s",
    "admissionregistration.v1.ServiceReference name!:s namespace!:s path:s port:i",
    "admissionregistration.v1.TypeChecking expressionWarnings:[>ExpressionWarning",
    "admissionregistration.v1.ValidatingAdmissionPolicy apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>ValidatingAdmissionPolicySpec "
      "status:>ValidatingAdmissionPolicyStatus",
    "admissionregistration.v1.ValidatingAdmissionPolicyBinding apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>ValidatingAdmissionPolicyBindingSpec@36- "
      "spec:>ValidatingAdmissionPolicyBindingSpec@-35",
    "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec "
      "matchResources:>MatchResources paramRef:>ParamRef policyName!:s@36- policyName:s@-35 "
      "validationActions!:[s=Audit|Deny|Warn@36- validationActions:[s=Audit|Deny|Warn@-35",
    "admissionregistration.v1.ValidatingAdmissionPolicySpec "
      "auditAnnotations:[>AuditAnnotation failurePolicy:s=Fail|Ignore "
      "matchConditions:[>MatchCondition matchConstraints:>MatchResources paramKind:>ParamKind "
      "validations:[>Validation variables:[>Variable",
    "admissionregistration.v1.ValidatingAdmissionPolicyStatus conditions:[>meta.v1.Condition "
      "observedGeneration:l typeChecking:>TypeChecking",
    "admissionregistration.v1.ValidatingWebhook admissionReviewVersions!:[s "
      "clientConfig!:>WebhookClientConfig failurePolicy:s=Fail|Ignore "
      "matchConditions:[>MatchCondition@27- matchPolicy:s=Equivalent|Exact name!:s "
      "namespaceSelector:>meta.v1.LabelSelector objectSelector:>meta.v1.LabelSelector "
      "rules:[>RuleWithOperations sideEffects!:s=None|NoneOnDryRun|Some|Unknown "
      "timeoutSeconds:i",
    "admissionregistration.v1.ValidatingWebhookConfiguration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta webhooks:[>ValidatingWebhook",
    "admissionregistration.v1.Validation expression!:s message:s messageExpression:s reason:s",
    "admissionregistration.v1.Variable expression!:s name!:s",
    "admissionregistration.v1.WebhookClientConfig caBundle:y service:>ServiceReference url:s",
    "admissionregistration.v1alpha1.ApplyConfiguration expression:s",
    "admissionregistration.v1alpha1.AuditAnnotation key!:s valueExpression!:s",
    "admissionregistration.v1alpha1.ExpressionWarning fieldRef!:s warning!:s",
    "admissionregistration.v1alpha1.JSONPatch expression:s",
    "admissionregistration.v1alpha1.MatchCondition expression!:s name!:s",
    "admissionregistration.v1alpha1.MatchResources "
      "excludeResourceRules:[>NamedRuleWithOperations matchPolicy:s=Equivalent|Exact "
      "namespaceSelector:>meta.v1.LabelSelector objectSelector:>meta.v1.LabelSelector "
      "resourceRules:[>NamedRuleWithOperations",
    "admissionregistration.v1alpha1.MutatingAdmissionPolicy apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>MutatingAdmissionPolicySpec",
    "admissionregistration.v1alpha1.MutatingAdmissionPolicyBinding apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>MutatingAdmissionPolicyBindingSpec",
    "admissionregistration.v1alpha1.MutatingAdmissionPolicyBindingSpec "
      "matchResources:>MatchResources paramRef:>ParamRef policyName:s",
    "admissionregistration.v1alpha1.MutatingAdmissionPolicySpec failurePolicy:s=Fail|Ignore "
      "matchConditions:[>MatchCondition matchConstraints:>MatchResources mutations:[>Mutation "
      "paramKind:>ParamKind reinvocationPolicy:s variables:[>Variable",
    "admissionregistration.v1alpha1.Mutation applyConfiguration:>ApplyConfiguration "
      "jsonPatch:>JSONPatch patchType!:s=ApplyConfiguration|JSONPatch",
    "admissionregistration.v1alpha1.NamedRuleWithOperations apiGroups:[s apiVersions:[s "
      "operations:[s resourceNames:[s resources:[s scope:s",
    "admissionregistration.v1alpha1.ParamKind apiVersion:s kind:s",
    "admissionregistration.v1alpha1.ParamRef name:s namespace:s "
      "parameterNotFoundAction:s=Allow|Deny@28- selector:>meta.v1.LabelSelector@28-",
    "admissionregistration.v1alpha1.TypeChecking expressionWarnings:[>ExpressionWarning",
    "admissionregistration.v1alpha1.ValidatingAdmissionPolicy apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>ValidatingAdmissionPolicySpec "
      "status:>ValidatingAdmissionPolicyStatus@27-",
    "admissionregistration.v1alpha1.ValidatingAdmissionPolicyBinding apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>ValidatingAdmissionPolicyBindingSpec",
    "admissionregistration.v1alpha1.ValidatingAdmissionPolicyBindingSpec "
      "matchResources:>MatchResources paramRef:>ParamRef policyName:s "
      "validationActions:[s=Audit|Deny|Warn@27-",
    "admissionregistration.v1alpha1.ValidatingAdmissionPolicySpec "
      "auditAnnotations:[>AuditAnnotation@27- failurePolicy:s=Fail|Ignore "
      "matchConditions:[>MatchCondition@27- matchConstraints:>MatchResources "
      "paramKind:>ParamKind validations!:[>Validation@-26 validations:[>Validation@27- "
      "variables:[>Variable@28-",
    "admissionregistration.v1alpha1.ValidatingAdmissionPolicyStatus "
      "conditions:[>meta.v1.Condition observedGeneration:l typeChecking:>TypeChecking",
    "admissionregistration.v1alpha1.Validation expression!:s message:s "
      "messageExpression:s@27- reason:s",
    "admissionregistration.v1alpha1.Variable expression!:s name!:s",
    "admissionregistration.v1beta1.ApplyConfiguration expression:s",
    "admissionregistration.v1beta1.AuditAnnotation key!:s valueExpression!:s",
    "admissionregistration.v1beta1.ExpressionWarning fieldRef!:s warning!:s",
    "admissionregistration.v1beta1.JSONPatch expression:s",
    "admissionregistration.v1beta1.MatchCondition expression!:s name!:s",
    "admissionregistration.v1beta1.MatchResources "
      "excludeResourceRules:[>NamedRuleWithOperations matchPolicy:s "
      "namespaceSelector:>meta.v1.LabelSelector objectSelector:>meta.v1.LabelSelector "
      "resourceRules:[>NamedRuleWithOperations",
    "admissionregistration.v1beta1.MutatingAdmissionPolicy apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>MutatingAdmissionPolicySpec",
    "admissionregistration.v1beta1.MutatingAdmissionPolicyBinding apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>MutatingAdmissionPolicyBindingSpec",
    "admissionregistration.v1beta1.MutatingAdmissionPolicyBindingSpec "
      "matchResources:>MatchResources paramRef:>ParamRef policyName:s",
    "admissionregistration.v1beta1.MutatingAdmissionPolicySpec failurePolicy:s "
      "matchConditions:[>MatchCondition matchConstraints:>MatchResources mutations:[>Mutation "
      "paramKind:>ParamKind reinvocationPolicy:s variables:[>Variable",
    "admissionregistration.v1beta1.Mutation applyConfiguration:>ApplyConfiguration "
      "jsonPatch:>JSONPatch patchType!:s=ApplyConfiguration|JSONPatch",
    "admissionregistration.v1beta1.NamedRuleWithOperations apiGroups:[s apiVersions:[s "
      "operations:[s resourceNames:[s resources:[s scope:s",
    "admissionregistration.v1beta1.ParamKind apiVersion:s kind:s",
    "admissionregistration.v1beta1.ParamRef name:s namespace:s parameterNotFoundAction:s "
      "selector:>meta.v1.LabelSelector",
    "admissionregistration.v1beta1.TypeChecking expressionWarnings:[>ExpressionWarning",
    "admissionregistration.v1beta1.ValidatingAdmissionPolicy apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>ValidatingAdmissionPolicySpec "
      "status:>ValidatingAdmissionPolicyStatus",
    "admissionregistration.v1beta1.ValidatingAdmissionPolicyBinding apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>ValidatingAdmissionPolicyBindingSpec",
    "admissionregistration.v1beta1.ValidatingAdmissionPolicyBindingSpec "
      "matchResources:>MatchResources paramRef:>ParamRef policyName:s "
      "validationActions:[s=Audit|Deny|Warn",
    "admissionregistration.v1beta1.ValidatingAdmissionPolicySpec "
      "auditAnnotations:[>AuditAnnotation failurePolicy:s matchConditions:[>MatchCondition "
      "matchConstraints:>MatchResources paramKind:>ParamKind validations:[>Validation "
      "variables:[>Variable",
    "admissionregistration.v1beta1.ValidatingAdmissionPolicyStatus "
      "conditions:[>meta.v1.Condition observedGeneration:l typeChecking:>TypeChecking",
    "admissionregistration.v1beta1.Validation expression!:s message:s messageExpression:s "
      "reason:s",
    "admissionregistration.v1beta1.Variable expression!:s name!:s",
    "apiextensions.v1.CustomResourceColumnDefinition description:s format:s jsonPath!:s "
      "name!:s priority:i type!:s",
    "apiextensions.v1.CustomResourceConversion strategy!:s webhook:>WebhookConversion",
    "apiextensions.v1.CustomResourceDefinition apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>CustomResourceDefinitionSpec "
      "status:>CustomResourceDefinitionStatus",
    "apiextensions.v1.CustomResourceDefinitionCondition lastTransitionTime:t message:s "
      "observedGeneration:l@35- reason:s status!:s type!:s",
    "apiextensions.v1.CustomResourceDefinitionNames categories:[s kind!:s listKind:s "
      "plural!:s shortNames:[s singular:s",
    "apiextensions.v1.CustomResourceDefinitionSpec conversion:>CustomResourceConversion "
      "group!:s names!:>CustomResourceDefinitionNames preserveUnknownFields:b scope!:s "
      "versions!:[>CustomResourceDefinitionVersion",
    "apiextensions.v1.CustomResourceDefinitionStatus "
      "acceptedNames:>CustomResourceDefinitionNames "
      "conditions:[>CustomResourceDefinitionCondition observedGeneration:l@35- "
      "storedVersions:[s",
    "apiextensions.v1.CustomResourceDefinitionVersion "
      "additionalPrinterColumns:[>CustomResourceColumnDefinition deprecated:b "
      "deprecationWarning:s name!:s schema:>CustomResourceValidation "
      "selectableFields:[>SelectableField@30- served!:b storage!:b "
      "subresources:>CustomResourceSubresources",
    "apiextensions.v1.CustomResourceSubresourceScale labelSelectorPath:s specReplicasPath!:s "
      "statusReplicasPath!:s",
    "apiextensions.v1.CustomResourceSubresources scale:>CustomResourceSubresourceScale "
      "status:{a",
    "apiextensions.v1.CustomResourceValidation openAPIV3Schema:>JSONSchemaProps",
    "apiextensions.v1.ExternalDocumentation description:s url:s",
    "apiextensions.v1.JSONSchemaProps $ref:s $schema:s additionalItems:a "
      "additionalProperties:a allOf:[>JSONSchemaProps anyOf:[>JSONSchemaProps default:a "
      "definitions:{>JSONSchemaProps dependencies:{a description:s enum:[a example:a "
      "exclusiveMaximum:b exclusiveMinimum:b externalDocs:>ExternalDocumentation format:s id:s "
      "items:a maxItems:l maxLength:l maxProperties:l maximum:n minItems:l minLength:l "
      "minProperties:l minimum:n multipleOf:n not:>JSONSchemaProps nullable:b "
      "oneOf:[>JSONSchemaProps pattern:s patternProperties:{>JSONSchemaProps "
      "properties:{>JSONSchemaProps required:[s title:s type:s uniqueItems:b "
      "x-kubernetes-embedded-resource:b x-kubernetes-int-or-string:b "
      "x-kubernetes-list-map-keys:[s x-kubernetes-list-type:s x-kubernetes-map-type:s "
      "x-kubernetes-preserve-unknown-fields:b x-kubernetes-validations:[>ValidationRule",
    "apiextensions.v1.SelectableField jsonPath!:s",
    "apiextensions.v1.ServiceReference name!:s namespace!:s path:s port:i",
    "apiextensions.v1.ValidationRule fieldPath:s@28- message:s messageExpression:s@27- "
      "optionalOldSelf:b@29- reason:s@28- rule!:s",
    "apiextensions.v1.WebhookClientConfig caBundle:y service:>ServiceReference url:s",
    "apiextensions.v1.WebhookConversion clientConfig:>WebhookClientConfig "
      "conversionReviewVersions!:[s",
    "apiregistration.v1.APIService apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>APIServiceSpec status:>APIServiceStatus",
    "apiregistration.v1.APIServiceCondition lastTransitionTime:t message:s reason:s "
      "status!:s type!:s",
    "apiregistration.v1.APIServiceSpec caBundle:y group:s groupPriorityMinimum!:i "
      "insecureSkipTLSVerify:b service:>ServiceReference version:s versionPriority!:i",
    "apiregistration.v1.APIServiceStatus conditions:[>APIServiceCondition",
    "apiregistration.v1.ServiceReference name:s namespace:s port:i",
    "apiserverinternal.v1alpha1.ServerStorageVersion apiServerID!:s@36- apiServerID:s@-35 "
      "decodableVersions!:[s@36- decodableVersions:[s@-35 encodingVersion!:s@36- "
      "encodingVersion:s@-35 servedVersions:[s@28-",
    "apiserverinternal.v1alpha1.StorageVersion apiVersion:s kind:s "
      "metadata!:>meta.v1.ObjectMeta@36- metadata:>meta.v1.ObjectMeta@-35 spec!:{a@-35 "
      "spec:{a@36- status!:>StorageVersionStatus@-35 status:>StorageVersionStatus@36-",
    "apiserverinternal.v1alpha1.StorageVersionCondition lastTransitionTime:t message!:s@30- "
      "message:s@-29 observedGeneration:l reason!:s status!:s type!:s",
    "apiserverinternal.v1alpha1.StorageVersionStatus commonEncodingVersion:s "
      "conditions:[>StorageVersionCondition storageVersions:[>ServerStorageVersion",
    "apps.v1.ControllerRevision apiVersion:s data!:{a@37- data:{a@-36 kind:s "
      "metadata:>meta.v1.ObjectMeta revision!:l@-36 revision:l@37-",
    "apps.v1.DaemonSet apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DaemonSetSpec@37- spec:>DaemonSetSpec@-36 status:>DaemonSetStatus",
    "apps.v1.DaemonSetCondition lastTransitionTime:t message:s reason:s status!:s@-36 "
      "status:s@37- type!:s@-36 type:s@37-",
    "apps.v1.DaemonSetSpec minReadySeconds:i revisionHistoryLimit:i "
      "selector!:>meta.v1.LabelSelector template!:>core.v1.PodTemplateSpec "
      "updateStrategy:>DaemonSetUpdateStrategy",
    "apps.v1.DaemonSetStatus collisionCount:i conditions:[>DaemonSetCondition "
      "currentNumberScheduled!:i desiredNumberScheduled!:i numberAvailable:i "
      "numberMisscheduled!:i numberReady!:i numberUnavailable:i observedGeneration:l "
      "updatedNumberScheduled:i",
    "apps.v1.DaemonSetUpdateStrategy rollingUpdate:>RollingUpdateDaemonSet "
      "type:s=OnDelete|RollingUpdate",
    "apps.v1.Deployment apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeploymentSpec@37- spec:>DeploymentSpec@-36 status:>DeploymentStatus",
    "apps.v1.DeploymentCondition lastTransitionTime:t lastUpdateTime:t message:s reason:s "
      "status!:s@-36 status:s@37- type!:s@-36 type:s@37-",
    "apps.v1.DeploymentSpec minReadySeconds:i paused:b progressDeadlineSeconds:i replicas:i "
      "revisionHistoryLimit:i selector!:>meta.v1.LabelSelector strategy:>DeploymentStrategy "
      "template!:>core.v1.PodTemplateSpec",
    "apps.v1.DeploymentStatus availableReplicas:i collisionCount:i "
      "conditions:[>DeploymentCondition observedGeneration:l readyReplicas:i replicas:i "
      "terminatingReplicas:i@33- unavailableReplicas:i updatedReplicas:i",
    "apps.v1.DeploymentStrategy rollingUpdate:>RollingUpdateDeployment "
      "type:s=Recreate|RollingUpdate",
    "apps.v1.ReplicaSet apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ReplicaSetSpec@37- spec:>ReplicaSetSpec@-36 status:>ReplicaSetStatus",
    "apps.v1.ReplicaSetCondition lastTransitionTime:t message:s reason:s status!:s@-36 "
      "status:s@37- type!:s@-36 type:s@37-",
    "apps.v1.ReplicaSetSpec minReadySeconds:i replicas:i selector!:>meta.v1.LabelSelector "
      "template:>core.v1.PodTemplateSpec",
    "apps.v1.ReplicaSetStatus availableReplicas:i conditions:[>ReplicaSetCondition "
      "fullyLabeledReplicas:i observedGeneration:l readyReplicas:i replicas!:i "
      "terminatingReplicas:i@33-",
    "apps.v1.RollingUpdateDaemonSet maxSurge:x maxUnavailable:x",
    "apps.v1.RollingUpdateDeployment maxSurge:x maxUnavailable:x",
    "apps.v1.RollingUpdateStatefulSetStrategy maxUnavailable:x partition:i",
    "apps.v1.StatefulSet apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>StatefulSetSpec@37- spec:>StatefulSetSpec@-36 status:>StatefulSetStatus",
    "apps.v1.StatefulSetCondition lastTransitionTime:t message:s reason:s status!:s@-36 "
      "status:s@37- type!:s@-36 type:s@37-",
    "apps.v1.StatefulSetOrdinals start:i",
    "apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:s whenScaled:s",
    "apps.v1.StatefulSetSpec minReadySeconds:i ordinals:>StatefulSetOrdinals@26- "
      "persistentVolumeClaimRetentionPolicy:>StatefulSetPersistentVolumeClaimRetentionPolicy "
      "podManagementPolicy:s=OrderedReady|Parallel replicas:i revisionHistoryLimit:i "
      "selector!:>meta.v1.LabelSelector serviceName!:s@-32 serviceName:s@33- "
      "template!:>core.v1.PodTemplateSpec updateStrategy:>StatefulSetUpdateStrategy "
      "volumeClaimTemplates:[>core.v1.PersistentVolumeClaim",
    "apps.v1.StatefulSetStatus availableReplicas:i collisionCount:i "
      "conditions:[>StatefulSetCondition currentReplicas:i currentRevision:s "
      "observedGeneration:l readyReplicas:i replicas!:i updateRevision:s updatedReplicas:i",
    "apps.v1.StatefulSetUpdateStrategy rollingUpdate:>RollingUpdateStatefulSetStrategy "
      "type:s=OnDelete|Recreate|RollingUpdate",
    "authentication.v1.BoundObjectReference apiVersion:s kind:s name:s uid:s",
    "authentication.v1.SelfSubjectReview apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "status:>SelfSubjectReviewStatus",
    "authentication.v1.SelfSubjectReviewStatus userInfo:>UserInfo",
    "authentication.v1.TokenRequest apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>TokenRequestSpec@-35 spec:>TokenRequestSpec@36- status:>TokenRequestStatus",
    "authentication.v1.TokenRequestSpec attestations:{[s@37- audiences!:[s@-35 "
      "audiences:[s@36- boundObjectRef:>BoundObjectReference expirationSeconds:l",
    "authentication.v1.TokenRequestStatus expirationTimestamp!:t@-35 "
      "expirationTimestamp:t@36- token!:s@-35 token:s@36-",
    "authentication.v1.TokenReview apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>TokenReviewSpec status:>TokenReviewStatus",
    "authentication.v1.TokenReviewSpec audiences:[s token!:s@36- token:s@-35",
    "authentication.v1.TokenReviewStatus audiences:[s authenticated:b error:s user:>UserInfo",
    "authentication.v1.UserInfo extra:{[s groups:[s uid:s username:s",
    "authentication.v1alpha1.SelfSubjectReview apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta status:>SelfSubjectReviewStatus",
    "authentication.v1alpha1.SelfSubjectReviewStatus userInfo:>authentication.v1.UserInfo",
    "authentication.v1beta1.SelfSubjectReview apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta status:>SelfSubjectReviewStatus",
    "authentication.v1beta1.SelfSubjectReviewStatus userInfo:>authentication.v1.UserInfo",
    "authorization.v1.FieldSelectorAttributes rawSelector:s "
      "requirements:[>meta.v1.FieldSelectorRequirement",
    "authorization.v1.LabelSelectorAttributes rawSelector:s "
      "requirements:[>meta.v1.LabelSelectorRequirement",
    "authorization.v1.LocalSubjectAccessReview apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>SubjectAccessReviewSpec "
      "status:>SubjectAccessReviewStatus",
    "authorization.v1.NonResourceAttributes path:s verb:s",
    "authorization.v1.NonResourceRule nonResourceURLs:[s verbs!:[s",
    "authorization.v1.ResourceAttributes fieldSelector:>FieldSelectorAttributes@31- group:s "
      "labelSelector:>LabelSelectorAttributes@31- name:s namespace:s resource:s subresource:s "
      "verb:s version:s",
    "authorization.v1.ResourceRule apiGroups:[s resourceNames:[s resources:[s verbs!:[s",
    "authorization.v1.SelfSubjectAccessReview apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>SelfSubjectAccessReviewSpec "
      "status:>SubjectAccessReviewStatus",
    "authorization.v1.SelfSubjectAccessReviewSpec "
      "nonResourceAttributes:>NonResourceAttributes resourceAttributes:>ResourceAttributes",
    "authorization.v1.SelfSubjectRulesReview apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>SelfSubjectRulesReviewSpec "
      "status:>SubjectRulesReviewStatus",
    "authorization.v1.SelfSubjectRulesReviewSpec namespace:s",
    "authorization.v1.SubjectAccessReview apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>SubjectAccessReviewSpec status:>SubjectAccessReviewStatus",
    "authorization.v1.SubjectAccessReviewSpec extra:{[s groups:[s "
      "nonResourceAttributes:>NonResourceAttributes resourceAttributes:>ResourceAttributes "
      "uid:s user:s",
    "authorization.v1.SubjectAccessReviewStatus allowed!:b denied:b evaluationError:s "
      "reason:s",
    "authorization.v1.SubjectRulesReviewStatus evaluationError:s incomplete!:b "
      "nonResourceRules!:[>NonResourceRule resourceRules!:[>ResourceRule",
    "autoscaling.v1.CrossVersionObjectReference apiVersion:s kind!:s name!:s",
    "autoscaling.v1.HorizontalPodAutoscaler apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>HorizontalPodAutoscalerSpec@36- spec:>HorizontalPodAutoscalerSpec@-35 "
      "status:>HorizontalPodAutoscalerStatus",
    "autoscaling.v1.HorizontalPodAutoscalerSpec maxReplicas!:i minReplicas:i "
      "scaleTargetRef!:>CrossVersionObjectReference targetCPUUtilizationPercentage:i",
    "autoscaling.v1.HorizontalPodAutoscalerStatus currentCPUUtilizationPercentage:i "
      "currentReplicas!:i desiredReplicas!:i lastScaleTime:t observedGeneration:l",
    "autoscaling.v1.Scale apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>ScaleSpec "
      "status:>ScaleStatus",
    "autoscaling.v1.ScaleSpec replicas:i",
    "autoscaling.v1.ScaleStatus replicas!:i selector:s",
    "autoscaling.v2.ContainerResourceMetricSource container!:s name!:s target!:>MetricTarget",
    "autoscaling.v2.ContainerResourceMetricStatus container!:s current!:>MetricValueStatus "
      "name!:s",
    "autoscaling.v2.CrossVersionObjectReference apiVersion:s kind!:s name!:s",
    "autoscaling.v2.ExternalMetricSource metric!:>MetricIdentifier target!:>MetricTarget",
    "autoscaling.v2.ExternalMetricStatus current!:>MetricValueStatus "
      "metric!:>MetricIdentifier",
    "autoscaling.v2.HPAScalingPolicy periodSeconds!:i type!:s value!:i",
    "autoscaling.v2.HPAScalingRules policies:[>HPAScalingPolicy selectPolicy:s "
      "stabilizationWindowSeconds:i tolerance:q@33-",
    "autoscaling.v2.HorizontalPodAutoscaler apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>HorizontalPodAutoscalerSpec@36- spec:>HorizontalPodAutoscalerSpec@-35 "
      "status:>HorizontalPodAutoscalerStatus",
    "autoscaling.v2.HorizontalPodAutoscalerBehavior scaleDown:>HPAScalingRules "
      "scaleUp:>HPAScalingRules",
    "autoscaling.v2.HorizontalPodAutoscalerCondition lastTransitionTime:t message:s "
      "observedGeneration:l@37- reason:s status!:s type!:s",
    "autoscaling.v2.HorizontalPodAutoscalerSpec behavior:>HorizontalPodAutoscalerBehavior "
      "maxReplicas!:i metrics:[>MetricSpec minReplicas:i "
      "scaleTargetRef!:>CrossVersionObjectReference",
    "autoscaling.v2.HorizontalPodAutoscalerStatus "
      "conditions:[>HorizontalPodAutoscalerCondition currentMetrics:[>MetricStatus "
      "currentReplicas:i desiredReplicas!:i lastScaleTime:t observedGeneration:l",
    "autoscaling.v2.MetricIdentifier name!:s selector:>meta.v1.LabelSelector",
    "autoscaling.v2.MetricSpec containerResource:>ContainerResourceMetricSource "
      "external:>ExternalMetricSource object:>ObjectMetricSource pods:>PodsMetricSource "
      "resource:>ResourceMetricSource type!:s",
    "autoscaling.v2.MetricStatus containerResource:>ContainerResourceMetricStatus "
      "external:>ExternalMetricStatus object:>ObjectMetricStatus pods:>PodsMetricStatus "
      "resource:>ResourceMetricStatus type!:s",
    "autoscaling.v2.MetricTarget averageUtilization:i averageValue:q type!:s value:q",
    "autoscaling.v2.MetricValueStatus averageUtilization:i averageValue:q value:q",
    "autoscaling.v2.ObjectMetricSource describedObject!:>CrossVersionObjectReference "
      "metric!:>MetricIdentifier target!:>MetricTarget",
    "autoscaling.v2.ObjectMetricStatus current!:>MetricValueStatus "
      "describedObject!:>CrossVersionObjectReference metric!:>MetricIdentifier",
    "autoscaling.v2.PodsMetricSource metric!:>MetricIdentifier target!:>MetricTarget",
    "autoscaling.v2.PodsMetricStatus current!:>MetricValueStatus metric!:>MetricIdentifier",
    "autoscaling.v2.ResourceMetricSource name!:s target!:>MetricTarget",
    "autoscaling.v2.ResourceMetricStatus current!:>MetricValueStatus name!:s",
    "autoscaling.v2beta2.ContainerResourceMetricSource container!:s name!:s "
      "target!:>MetricTarget",
    "autoscaling.v2beta2.ContainerResourceMetricStatus container!:s "
      "current!:>MetricValueStatus name!:s",
    "autoscaling.v2beta2.CrossVersionObjectReference apiVersion:s kind!:s name!:s",
    "autoscaling.v2beta2.ExternalMetricSource metric!:>MetricIdentifier target!:>MetricTarget",
    "autoscaling.v2beta2.ExternalMetricStatus current!:>MetricValueStatus "
      "metric!:>MetricIdentifier",
    "autoscaling.v2beta2.HPAScalingPolicy periodSeconds!:i type!:s value!:i",
    "autoscaling.v2beta2.HPAScalingRules policies:[>HPAScalingPolicy selectPolicy:s "
      "stabilizationWindowSeconds:i",
    "autoscaling.v2beta2.HorizontalPodAutoscaler apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>HorizontalPodAutoscalerSpec "
      "status:>HorizontalPodAutoscalerStatus",
    "autoscaling.v2beta2.HorizontalPodAutoscalerBehavior scaleDown:>HPAScalingRules "
      "scaleUp:>HPAScalingRules",
    "autoscaling.v2beta2.HorizontalPodAutoscalerCondition lastTransitionTime:t message:s "
      "reason:s status!:s type!:s",
    "autoscaling.v2beta2.HorizontalPodAutoscalerSpec "
      "behavior:>HorizontalPodAutoscalerBehavior maxReplicas!:i metrics:[>MetricSpec "
      "minReplicas:i scaleTargetRef!:>CrossVersionObjectReference",
    "autoscaling.v2beta2.HorizontalPodAutoscalerStatus "
      "conditions:[>HorizontalPodAutoscalerCondition currentMetrics:[>MetricStatus "
      "currentReplicas!:i desiredReplicas!:i lastScaleTime:t observedGeneration:l",
    "autoscaling.v2beta2.MetricIdentifier name!:s selector:>meta.v1.LabelSelector",
    "autoscaling.v2beta2.MetricSpec containerResource:>ContainerResourceMetricSource "
      "external:>ExternalMetricSource object:>ObjectMetricSource pods:>PodsMetricSource "
      "resource:>ResourceMetricSource type!:s",
    "autoscaling.v2beta2.MetricStatus containerResource:>ContainerResourceMetricStatus "
      "external:>ExternalMetricStatus object:>ObjectMetricStatus pods:>PodsMetricStatus "
      "resource:>ResourceMetricStatus type!:s",
    "autoscaling.v2beta2.MetricTarget averageUtilization:i averageValue:q type!:s value:q",
    "autoscaling.v2beta2.MetricValueStatus averageUtilization:i averageValue:q value:q",
    "autoscaling.v2beta2.ObjectMetricSource describedObject!:>CrossVersionObjectReference "
      "metric!:>MetricIdentifier target!:>MetricTarget",
    "autoscaling.v2beta2.ObjectMetricStatus current!:>MetricValueStatus "
      "describedObject!:>CrossVersionObjectReference metric!:>MetricIdentifier",
    "autoscaling.v2beta2.PodsMetricSource metric!:>MetricIdentifier target!:>MetricTarget",
    "autoscaling.v2beta2.PodsMetricStatus current!:>MetricValueStatus "
      "metric!:>MetricIdentifier",
    "autoscaling.v2beta2.ResourceMetricSource name!:s target!:>MetricTarget",
    "autoscaling.v2beta2.ResourceMetricStatus current!:>MetricValueStatus name!:s",
    "batch.v1.CronJob apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>CronJobSpec@36- spec:>CronJobSpec@-35 status:>CronJobStatus",
    "batch.v1.CronJobSpec concurrencyPolicy:s=Allow|Forbid|Replace failedJobsHistoryLimit:i "
      "jobTemplate!:>JobTemplateSpec schedule!:s startingDeadlineSeconds:l "
      "successfulJobsHistoryLimit:i suspend:b timeZone:s",
    "batch.v1.CronJobStatus active:[>core.v1.ObjectReference lastScheduleTime:t "
      "lastSuccessfulTime:t",
    "batch.v1.Job apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>JobSpec "
      "status:>JobStatus",
    "batch.v1.JobCondition lastProbeTime:t lastTransitionTime:t message:s reason:s status!:s "
      "type!:s",
    "batch.v1.JobSchedulingConfiguration "
      "disruptionMode:>scheduling.v1alpha3.WorkloadPodGroupDisruptionMode "
      "resourceClaims:[>scheduling.v1alpha3.WorkloadPodGroupResourceClaim "
      "schedulingConstraints:>scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints "
      "schedulingPolicy:>scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy",
    "batch.v1.JobSpec activeDeadlineSeconds:l backoffLimit:i backoffLimitPerIndex:i@28- "
      "completionMode:s=Indexed|NonIndexed completions:i managedBy:s@30- manualSelector:b "
      "maxFailedIndexes:i@28- parallelism:i podFailurePolicy:>PodFailurePolicy "
      "podReplacementPolicy:s=Failed|TerminatingOrFailed@28- "
      "scheduling:>JobSchedulingConfiguration@37- selector:>meta.v1.LabelSelector "
      "successPolicy:>SuccessPolicy@30- suspend:b template!:>core.v1.PodTemplateSpec "
      "ttlSecondsAfterFinished:i",
    "batch.v1.JobStatus active:i completedIndexes:s completionTime:t "
      "conditions:[>JobCondition failed:i failedIndexes:s@28- ready:i startTime:t succeeded:i "
      "terminating:i@28- uncountedTerminatedPods:>UncountedTerminatedPods",
    "batch.v1.JobTemplateSpec metadata:>meta.v1.ObjectMeta spec:>JobSpec",
    "batch.v1.PodFailurePolicy rules!:[>PodFailurePolicyRule",
    "batch.v1.PodFailurePolicyOnExitCodesRequirement containerName:s operator!:s=In|NotIn "
      "values!:[i",
    "batch.v1.PodFailurePolicyOnPodConditionsPattern status!:s@-34 status:s@35- type!:s",
    "batch.v1.PodFailurePolicyRule action!:s=Count|FailIndex|FailJob|Ignore "
      "onExitCodes:>PodFailurePolicyOnExitCodesRequirement "
      "onPodConditions!:[>PodFailurePolicyOnPodConditionsPattern@-28 "
      "onPodConditions:[>PodFailurePolicyOnPodConditionsPattern@29-",
    "batch.v1.SuccessPolicy rules!:[>SuccessPolicyRule",
    "batch.v1.SuccessPolicyRule succeededCount:i succeededIndexes:s",
    "batch.v1.UncountedTerminatedPods failed:[s succeeded:[s",
    "certificates.v1.CertificateSigningRequest apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>CertificateSigningRequestSpec "
      "status:>CertificateSigningRequestStatus",
    "certificates.v1.CertificateSigningRequestCondition lastTransitionTime:t "
      "lastUpdateTime:t message:s reason:s status!:s type!:s",
    "certificates.v1.CertificateSigningRequestSpec expirationSeconds:i extra:{[s groups:[s "
      "request!:y signerName!:s uid:s usages:[s username:s",
    "certificates.v1.CertificateSigningRequestStatus certificate:y "
      "conditions:[>CertificateSigningRequestCondition",
    "certificates.v1.ClusterTrustBundle apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ClusterTrustBundleSpec",
    "certificates.v1.ClusterTrustBundleSpec signerName:s trustBundle!:s",
    "certificates.v1.PodCertificateRequest apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>PodCertificateRequestSpec status:>PodCertificateRequestStatus",
    "certificates.v1.PodCertificateRequestSpec maxExpirationSeconds:i nodeName!:s nodeUID!:s "
      "podName!:s podUID!:s serviceAccountName!:s serviceAccountUID!:s signerName!:s "
      "stubPKCS10Request!:y unverifiedUserAnnotations:{s",
    "certificates.v1.PodCertificateRequestStatus beginRefreshAt:t certificateChain:s "
      "conditions:[>meta.v1.Condition notAfter:t notBefore:t",
    "certificates.v1alpha1.ClusterTrustBundle apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>ClusterTrustBundleSpec",
    "certificates.v1alpha1.ClusterTrustBundleSpec signerName:s trustBundle!:s",
    "certificates.v1alpha1.PodCertificateRequest apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>PodCertificateRequestSpec "
      "status:>PodCertificateRequestStatus",
    "certificates.v1alpha1.PodCertificateRequestSpec maxExpirationSeconds:i nodeName!:s "
      "nodeUID!:s pkixPublicKey!:y podName!:s podUID!:s proofOfPossession!:y "
      "serviceAccountName!:s serviceAccountUID!:s signerName!:s",
    "certificates.v1alpha1.PodCertificateRequestStatus beginRefreshAt:t certificateChain:s "
      "conditions:[>meta.v1.Condition notAfter:t notBefore:t",
    "certificates.v1beta1.ClusterTrustBundle apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>ClusterTrustBundleSpec",
    "certificates.v1beta1.ClusterTrustBundleSpec signerName:s trustBundle!:s",
    "certificates.v1beta1.PodCertificateRequest apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>PodCertificateRequestSpec "
      "status:>PodCertificateRequestStatus",
    "certificates.v1beta1.PodCertificateRequestSpec maxExpirationSeconds:i nodeName!:s "
      "nodeUID!:s pkixPublicKey!:y@-35 pkixPublicKey:y@36- podName!:s podUID!:s "
      "proofOfPossession!:y@-35 proofOfPossession:y@36- serviceAccountName!:s "
      "serviceAccountUID!:s signerName!:s stubPKCS10Request!:y@36- unverifiedUserAnnotations:{s",
    "certificates.v1beta1.PodCertificateRequestStatus beginRefreshAt:t certificateChain:s "
      "conditions:[>meta.v1.Condition notAfter:t notBefore:t",
    "coordination.v1.Lease apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>LeaseSpec",
    "coordination.v1.LeaseSpec acquireTime:t holderIdentity:s leaseDurationSeconds:i "
      "leaseTransitions:i preferredHolder:s@31- renewTime:t strategy:s@31-",
    "coordination.v1alpha1.LeaseCandidate apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>LeaseCandidateSpec",
    "coordination.v1alpha1.LeaseCandidateSpec binaryVersion:s emulationVersion:s "
      "leaseName!:s pingTime:t preferredStrategies!:[s renewTime:t",
    "coordination.v1alpha2.LeaseCandidate apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>LeaseCandidateSpec@36- spec:>LeaseCandidateSpec@-35",
    "coordination.v1alpha2.LeaseCandidateSpec binaryVersion!:s emulationVersion:s "
      "leaseName!:s pingTime:t renewTime:t strategy!:s",
    "coordination.v1beta1.LeaseCandidate apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>LeaseCandidateSpec@36- spec:>LeaseCandidateSpec@-35",
    "coordination.v1beta1.LeaseCandidateSpec binaryVersion!:s emulationVersion:s "
      "leaseName!:s pingTime:t renewTime:t strategy!:s",
    "core.v1.AWSElasticBlockStoreVolumeSource fsType:s partition:i readOnly:b volumeID!:s",
    "core.v1.Affinity nodeAffinity:>NodeAffinity podAffinity:>PodAffinity "
      "podAntiAffinity:>PodAntiAffinity",
    "core.v1.AppArmorProfile localhostProfile:s type!:s=Localhost|RuntimeDefault|Unconfined",
    "core.v1.AttachedVolume devicePath!:s name!:s",
    "core.v1.AzureDiskVolumeSource cachingMode:s=None|ReadOnly|ReadWrite diskName!:s "
      "diskURI!:s fsType:s kind:s=Dedicated|Managed|Shared readOnly:b",
    "core.v1.AzureFilePersistentVolumeSource readOnly:b secretName!:s secretNamespace:s "
      "shareName!:s",
    "core.v1.AzureFileVolumeSource readOnly:b secretName!:s shareName!:s",
    "core.v1.Binding apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "target!:>ObjectReference",
    "core.v1.CSIPersistentVolumeSource controllerExpandSecretRef:>SecretReference "
      "controllerPublishSecretRef:>SecretReference driver!:s fsType:s "
      "nodeExpandSecretRef:>SecretReference nodePublishSecretRef:>SecretReference "
      "nodeStageSecretRef:>SecretReference readOnly:b volumeAttributes:{s volumeHandle!:s",
    "core.v1.CSIVolumeSource driver!:s fsType:s nodePublishSecretRef:>LocalObjectReference "
      "readOnly:b volumeAttributes:{s",
    "core.v1.Capabilities add:[s drop:[s",
    "core.v1.CephFSPersistentVolumeSource monitors!:[s path:s readOnly:b secretFile:s "
      "secretRef:>SecretReference user:s",
    "core.v1.CephFSVolumeSource monitors!:[s path:s readOnly:b secretFile:s "
      "secretRef:>LocalObjectReference user:s",
    "core.v1.CinderPersistentVolumeSource fsType:s readOnly:b secretRef:>SecretReference "
      "volumeID!:s",
    "core.v1.CinderVolumeSource fsType:s readOnly:b secretRef:>LocalObjectReference "
      "volumeID!:s",
    "core.v1.ClaimSource resourceClaimName:s resourceClaimTemplateName:s",
    "core.v1.ClientIPConfig timeoutSeconds:i",
    "core.v1.ClusterTrustBundleProjection labelSelector:>meta.v1.LabelSelector name:s "
      "optional:b path!:s signerName:s user:l@37-",
    "core.v1.ComponentCondition error:s message:s status!:s type!:s",
    "core.v1.ComponentStatus apiVersion:s conditions:[>ComponentCondition kind:s "
      "metadata:>meta.v1.ObjectMeta",
    "core.v1.ConfigMap apiVersion:s binaryData:{y data:{s immutable:b kind:s "
      "metadata:>meta.v1.ObjectMeta",
    "core.v1.ConfigMapEnvSource name:s optional:b",
    "core.v1.ConfigMapKeySelector key!:s name:s optional:b",
    "core.v1.ConfigMapNodeConfigSource kubeletConfigKey!:s name!:s namespace!:s "
      "resourceVersion:s uid:s",
    "core.v1.ConfigMapProjection items:[>KeyToPath name:s optional:b",
    "core.v1.ConfigMapVolumeSource defaultMode:i defaultUser:l@37- items:[>KeyToPath name:s "
      "optional:b",
    "core.v1.Container args:[s command:[s env:[>EnvVar envFrom:[>EnvFromSource image:s "
      "imagePullPolicy:s=Always|IfNotPresent|Never lifecycle:>Lifecycle livenessProbe:>Probe "
      "name!:s ports:[>ContainerPort readinessProbe:>Probe "
      "resizePolicy:[>ContainerResizePolicy@27- resources:>ResourceRequirements "
      "restartPolicy:s@28- restartPolicyRules:[>ContainerRestartRule@34- "
      "securityContext:>SecurityContext startupProbe:>Probe stdin:b stdinOnce:b "
      "terminationMessagePath:s terminationMessagePolicy:s=FallbackToLogsOnError|File tty:b "
      "volumeDevices:[>VolumeDevice volumeMounts:[>VolumeMount workingDir:s",
    "core.v1.ContainerExtendedResourceRequest containerName!:s requestName!:s resourceName!:s",
    "core.v1.ContainerImage names:[s sizeBytes:l",
    "core.v1.ContainerPort containerPort!:i hostIP:s hostPort:i name:s "
      "protocol:s=SCTP|TCP|UDP",
    "core.v1.ContainerResizePolicy resourceName!:s restartPolicy!:s",
    "core.v1.ContainerRestartRule action!:s exitCodes:>ContainerRestartRuleOnExitCodes",
    "core.v1.ContainerRestartRuleOnExitCodes operator!:s values:[i",
    "core.v1.ContainerState running:>ContainerStateRunning "
      "terminated:>ContainerStateTerminated waiting:>ContainerStateWaiting",
    "core.v1.ContainerStateRunning startedAt:t",
    "core.v1.ContainerStateTerminated containerID:s exitCode!:i finishedAt:t message:s "
      "reason:s signal:i startedAt:t",
    "core.v1.ContainerStateWaiting message:s reason:s",
    "core.v1.ContainerStatus allocatedResources:{q@27- "
      "allocatedResourcesStatus:[>ResourceStatus@31- containerID:s image!:s imageID!:s "
      "lastState:>ContainerState name!:s ready!:b resources:>ResourceRequirements@27- "
      "restartCount!:i started:b state:>ContainerState "
      "stopSignal:s=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ@33- "
      "user:>ContainerUser@31- volumeMounts:[>VolumeMountStatus@30-",
    "core.v1.ContainerUser linux:>LinuxContainerUser",
    "core.v1.DaemonEndpoint Port!:i",
    "core.v1.DownwardAPIProjection items:[>DownwardAPIVolumeFile",
    "core.v1.DownwardAPIVolumeFile fieldRef:>ObjectFieldSelector mode:i path!:s "
      "resourceFieldRef:>ResourceFieldSelector user:l@37-",
    "core.v1.DownwardAPIVolumeSource defaultMode:i defaultUser:l@37- "
      "items:[>DownwardAPIVolumeFile",
    "core.v1.EmptyDirVolumeSource medium:s mode:i@37- sizeLimit:q",
    "core.v1.EndpointAddress hostname:s ip!:s nodeName:s targetRef:>ObjectReference",
    "core.v1.EndpointPort appProtocol:s name:s port!:i protocol:s=SCTP|TCP|UDP",
    "core.v1.EndpointSubset addresses:[>EndpointAddress notReadyAddresses:[>EndpointAddress "
      "ports:[>EndpointPort",
    "core.v1.Endpoints apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "subsets:[>EndpointSubset",
    "core.v1.EnvFromSource configMapRef:>ConfigMapEnvSource prefix:s "
      "secretRef:>SecretEnvSource",
    "core.v1.EnvVar name!:s value:s valueFrom:>EnvVarSource",
    "core.v1.EnvVarSource configMapKeyRef:>ConfigMapKeySelector "
      "fieldRef:>ObjectFieldSelector fileKeyRef:>FileKeySelector@34- "
      "resourceFieldRef:>ResourceFieldSelector secretKeyRef:>SecretKeySelector",
    "core.v1.EphemeralContainer args:[s command:[s env:[>EnvVar envFrom:[>EnvFromSource "
      "image:s imagePullPolicy:s lifecycle:>Lifecycle livenessProbe:>Probe name!:s "
      "ports:[>ContainerPort readinessProbe:>Probe resizePolicy:[>ContainerResizePolicy@27- "
      "resources:>ResourceRequirements restartPolicy:s@28- "
      "restartPolicyRules:[>ContainerRestartRule@34- securityContext:>SecurityContext "
      "startupProbe:>Probe stdin:b stdinOnce:b targetContainerName:s terminationMessagePath:s "
      "terminationMessagePolicy:s tty:b volumeDevices:[>VolumeDevice "
      "volumeMounts:[>VolumeMount workingDir:s",
    "core.v1.EphemeralVolumeSource volumeClaimTemplate:>PersistentVolumeClaimTemplate",
    "core.v1.Event action:s apiVersion:s count:i eventTime:t firstTimestamp:t "
      "involvedObject!:>ObjectReference kind:s lastTimestamp:t message:s "
      "metadata!:>meta.v1.ObjectMeta reason:s related:>ObjectReference reportingComponent:s "
      "reportingInstance:s series:>EventSeries source:>EventSource type:s",
    "core.v1.EventSeries count:i lastObservedTime:t",
    "core.v1.EventSource component:s host:s",
    "core.v1.EvictionResponder name!:s priority!:i",
    "core.v1.ExecAction command:[s",
    "core.v1.FCVolumeSource fsType:s lun:i readOnly:b targetWWNs:[s wwids:[s",
    "core.v1.FileKeySelector key!:s optional:b path!:s volumeName!:s",
    "core.v1.FlexPersistentVolumeSource driver!:s fsType:s options:{s readOnly:b "
      "secretRef:>SecretReference",
    "core.v1.FlexVolumeSource driver!:s fsType:s options:{s readOnly:b "
      "secretRef:>LocalObjectReference",
    "core.v1.FlockerVolumeSource datasetName:s datasetUUID:s",
    "core.v1.GCEPersistentDiskVolumeSource fsType:s partition:i pdName!:s readOnly:b",
    "core.v1.GRPCAction mode:s=Plaintext|TLS@37- port!:i service:s",
    "core.v1.GitRepoVolumeSource directory:s repository!:s revision:s",
    "core.v1.GlusterfsPersistentVolumeSource endpoints!:s endpointsNamespace:s path!:s "
      "readOnly:b",
    "core.v1.GlusterfsVolumeSource endpoints!:s path!:s readOnly:b",
    "core.v1.HTTPGetAction host:s httpHeaders:[>HTTPHeader path:s port!:x "
      "protocol:s=HTTP1|HTTP2@37- scheme:s=HTTP|HTTPS",
    "core.v1.HTTPHeader name!:s value!:s",
    "core.v1.HostAlias hostnames:[s ip!:s@31- ip:s@-30",
    "core.v1.HostIP ip!:s@31- ip:s@-30",
    "core.v1.HostPathVolumeSource path!:s "
      "type:s=BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket",
    "core.v1.ISCSIPersistentVolumeSource chapAuthDiscovery:b chapAuthSession:b fsType:s "
      "initiatorName:s iqn!:s iscsiInterface:s lun!:i portals:[s readOnly:b "
      "secretRef:>SecretReference targetPortal!:s",
    "core.v1.ISCSIVolumeSource chapAuthDiscovery:b chapAuthSession:b fsType:s "
      "initiatorName:s iqn!:s iscsiInterface:s lun!:i portals:[s readOnly:b "
      "secretRef:>LocalObjectReference targetPortal!:s",
    "core.v1.ImageVolumeSource pullPolicy:s=Always|IfNotPresent|Never reference:s",
    "core.v1.ImageVolumeStatus imageRef!:s",
    "core.v1.KeyToPath key!:s mode:i path!:s user:l@37-",
    "core.v1.Lifecycle postStart:>LifecycleHandler preStop:>LifecycleHandler "
      "stopSignal:s=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ@33-",
    "core.v1.LifecycleHandler exec:>ExecAction httpGet:>HTTPGetAction sleep:>SleepAction@29- "
      "tcpSocket:>TCPSocketAction",
    "core.v1.LimitRange apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>LimitRangeSpec",
    "core.v1.LimitRangeItem default:{q defaultRequest:{q max:{q maxLimitRequestRatio:{q "
      "min:{q type!:s",
    "core.v1.LimitRangeSpec limits!:[>LimitRangeItem",
    "core.v1.LinuxContainerUser gid!:l supplementalGroups:[l uid!:l",
    "core.v1.LoadBalancerIngress hostname:s ip:s ipMode:s@29- ports:[>PortStatus",
    "core.v1.LoadBalancerStatus ingress:[>LoadBalancerIngress",
    "core.v1.LocalObjectReference name:s",
    "core.v1.LocalVolumeSource fsType:s path!:s",
    "core.v1.ModifyVolumeStatus status!:s=InProgress|Infeasible|Pending "
      "targetVolumeAttributesClassName:s",
    "core.v1.NFSVolumeSource path!:s readOnly:b server!:s",
    "core.v1.Namespace apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>NamespaceSpec "
      "status:>NamespaceStatus",
    "core.v1.NamespaceCondition lastTransitionTime:t message:s reason:s status!:s type!:s",
    "core.v1.NamespaceSpec finalizers:[s",
    "core.v1.NamespaceStatus conditions:[>NamespaceCondition phase:s=Active|Terminating",
    "core.v1.Node apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>NodeSpec "
      "status:>NodeStatus",
    "core.v1.NodeAddress address!:s type!:s",
    "core.v1.NodeAffinity "
      "preferredDuringSchedulingIgnoredDuringExecution:[>PreferredSchedulingTerm "
      "requiredDuringSchedulingIgnoredDuringExecution:>NodeSelector",
    "core.v1.NodeAllocatableMappedResources name!:s quantity!:q",
    "core.v1.NodeAllocatableOverheadResources name!:s perContainer:q perPod:q",
    "core.v1.NodeAllocatableResourceClaimStatus containers:[s "
      "mapping:[>NodeAllocatableMappedResources@37- "
      "overhead:[>NodeAllocatableOverheadResources@37- resourceClaimName!:s resources!:{q@-36",
    "core.v1.NodeCondition lastHeartbeatTime:t lastTransitionTime:t message:s reason:s "
      "status!:s type!:s",
    "core.v1.NodeConfigSource configMap:>ConfigMapNodeConfigSource",
    "core.v1.NodeConfigStatus active:>NodeConfigSource assigned:>NodeConfigSource error:s "
      "lastKnownGood:>NodeConfigSource",
    "core.v1.NodeDaemonEndpoints kubeletEndpoint:>DaemonEndpoint",
    "core.v1.NodeFeatures supplementalGroupsPolicy:b",
    "core.v1.NodePodPreemptionPolicy disableResizePreemption:[s",
    "core.v1.NodeRuntimeHandler features:>NodeRuntimeHandlerFeatures name:s",
    "core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:b userNamespaces:b@31-",
    "core.v1.NodeSelector nodeSelectorTerms!:[>NodeSelectorTerm",
    "core.v1.NodeSelectorRequirement key!:s operator!:s=DoesNotExist|Exists|Gt|In|Lt|NotIn "
      "values:[s",
    "core.v1.NodeSelectorTerm matchExpressions:[>NodeSelectorRequirement "
      "matchFields:[>NodeSelectorRequirement",
    "core.v1.NodeSpec configSource:>NodeConfigSource externalID:s podCIDR:s podCIDRs:[s "
      "podPreemptionPolicy:>NodePodPreemptionPolicy@37- providerID:s taints:[>Taint "
      "unschedulable:b",
    "core.v1.NodeStatus addresses:[>NodeAddress allocatable:{q capacity:{q "
      "conditions:[>NodeCondition config:>NodeConfigStatus "
      "daemonEndpoints:>NodeDaemonEndpoints declaredFeatures:[s@35- features:>NodeFeatures@31- "
      "images:[>ContainerImage nodeInfo:>NodeSystemInfo phase:s=Pending|Running|Terminated "
      "runtimeHandlers:[>NodeRuntimeHandler@30- volumesAttached:[>AttachedVolume "
      "volumesInUse:[s",
    "core.v1.NodeSwapStatus capacity:l",
    "core.v1.NodeSystemInfo architecture!:s bootID!:s containerRuntimeVersion!:s "
      "kernelVersion!:s kubeProxyVersion!:s kubeletVersion!:s machineID!:s operatingSystem!:s "
      "osImage!:s runningInUserNamespace:b@37- swap:>NodeSwapStatus@33- systemUUID!:s",
    "core.v1.ObjectFieldSelector apiVersion:s fieldPath!:s",
    "core.v1.ObjectReference apiVersion:s fieldPath:s kind:s name:s namespace:s "
      "resourceVersion:s uid:s",
    "core.v1.PersistentVolume apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>PersistentVolumeSpec status:>PersistentVolumeStatus",
    "core.v1.PersistentVolumeClaim apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>PersistentVolumeClaimSpec status:>PersistentVolumeClaimStatus",
    "core.v1.PersistentVolumeClaimCondition lastProbeTime:t lastTransitionTime:t message:s "
      "reason:s status!:s type!:s",
    "core.v1.PersistentVolumeClaimSpec "
      "accessModes:[s=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod "
      "dataSource:>TypedLocalObjectReference dataSourceRef:>TypedLocalObjectReference@-25 "
      "dataSourceRef:>TypedObjectReference@26- resources:>ResourceRequirements@-28 "
      "resources:>VolumeResourceRequirements@29- selector:>meta.v1.LabelSelector "
      "storageClassName:s volumeAttributesClassName:s@29- volumeMode:s=Block|Filesystem "
      "volumeName:s",
    "core.v1.PersistentVolumeClaimStatus "
      "accessModes:[s=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod "
      "allocatedResourceStatuses:{s@28- allocatedResources:{q capacity:{q "
      "conditions:[>PersistentVolumeClaimCondition currentVolumeAttributesClassName:s@29- "
      "healthStatus:>VolumeHealthStatus@37- modifyVolumeStatus:>ModifyVolumeStatus@29- "
      "phase:s=Bound|Lost|Pending resizeStatus:s@-27",
    "core.v1.PersistentVolumeClaimTemplate metadata:>meta.v1.ObjectMeta "
      "spec!:>PersistentVolumeClaimSpec",
    "core.v1.PersistentVolumeClaimVolumeSource claimName!:s readOnly:b",
    "core.v1.PersistentVolumeSpec "
      "accessModes:[s=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod "
      "awsElasticBlockStore:>AWSElasticBlockStoreVolumeSource azureDisk:>AzureDiskVolumeSource "
      "azureFile:>AzureFilePersistentVolumeSource capacity:{q "
      "cephfs:>CephFSPersistentVolumeSource cinder:>CinderPersistentVolumeSource "
      "claimRef:>ObjectReference csi:>CSIPersistentVolumeSource fc:>FCVolumeSource "
      "flexVolume:>FlexPersistentVolumeSource flocker:>FlockerVolumeSource "
      "gcePersistentDisk:>GCEPersistentDiskVolumeSource "
      "glusterfs:>GlusterfsPersistentVolumeSource hostPath:>HostPathVolumeSource "
      "iscsi:>ISCSIPersistentVolumeSource local:>LocalVolumeSource mountOptions:[s "
      "nfs:>NFSVolumeSource nodeAffinity:>VolumeNodeAffinity "
      "persistentVolumeReclaimPolicy:s=Delete|Recycle|Retain "
      "photonPersistentDisk:>PhotonPersistentDiskVolumeSource "
      "portworxVolume:>PortworxVolumeSource quobyte:>QuobyteVolumeSource "
      "rbd:>RBDPersistentVolumeSource scaleIO:>ScaleIOPersistentVolumeSource "
      "storageClassName:s storageos:>StorageOSPersistentVolumeSource "
      "volumeAttributesClassName:s@29- volumeMode:s=Block|Filesystem "
      "vsphereVolume:>VsphereVirtualDiskVolumeSource",
    "core.v1.PersistentVolumeStatus lastPhaseTransitionTime:t@28- message:s "
      "phase:s=Available|Bound|Failed|Pending|Released reason:s",
    "core.v1.PhotonPersistentDiskVolumeSource fsType:s pdID!:s",
    "core.v1.Pod apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>PodSpec "
      "status:>PodStatus",
    "core.v1.PodAffinity "
      "preferredDuringSchedulingIgnoredDuringExecution:[>WeightedPodAffinityTerm "
      "requiredDuringSchedulingIgnoredDuringExecution:[>PodAffinityTerm",
    "core.v1.PodAffinityTerm labelSelector:>meta.v1.LabelSelector matchLabelKeys:[s@29- "
      "mismatchLabelKeys:[s@29- namespaceSelector:>meta.v1.LabelSelector namespaces:[s "
      "topologyKey!:s",
    "core.v1.PodAntiAffinity "
      "preferredDuringSchedulingIgnoredDuringExecution:[>WeightedPodAffinityTerm "
      "requiredDuringSchedulingIgnoredDuringExecution:[>PodAffinityTerm",
    "core.v1.PodCertificateProjection certificateChainPath:s credentialBundlePath:s "
      "keyPath:s keyType!:s maxExpirationSeconds:i signerName!:s user:l@37- "
      "userAnnotations:{s@35-",
    "core.v1.PodCondition lastProbeTime:t lastTransitionTime:t message:s "
      "observedGeneration:l@33- reason:s status!:s type!:s",
    "core.v1.PodDNSConfig nameservers:[s options:[>PodDNSConfigOption searches:[s",
    "core.v1.PodDNSConfigOption name:s value:s",
    "core.v1.PodExtendedResourceClaimStatus "
      "requestMappings!:[>ContainerExtendedResourceRequest resourceClaimName!:s",
    "core.v1.PodIP ip!:s@31- ip:s@-30",
    "core.v1.PodOS name!:s",
    "core.v1.PodReadinessGate conditionType!:s",
    "core.v1.PodResourceClaim name!:s resourceClaimName:s@31- "
      "resourceClaimTemplateName:s@31- source:>ClaimSource@-30",
    "core.v1.PodResourceClaimStatus name!:s resourceClaimName:s",
    "core.v1.PodSchedulingGate name!:s",
    "core.v1.PodSchedulingGroup podGroupName:s",
    "core.v1.PodSecurityContext appArmorProfile:>AppArmorProfile@30- fsGroup:l "
      "fsGroupChangePolicy:s=Always|OnRootMismatch runAsGroup:l runAsNonRoot:b runAsUser:l "
      "seLinuxChangePolicy:s@32- seLinuxOptions:>SELinuxOptions seccompProfile:>SeccompProfile "
      "supplementalGroups:[l supplementalGroupsPolicy:s=Merge|Strict@31- sysctls:[>Sysctl "
      "windowsOptions:>WindowsSecurityContextOptions",
    "core.v1.PodSpec activeDeadlineSeconds:l affinity:>Affinity "
      "automountServiceAccountToken:b containers!:[>Container dnsConfig:>PodDNSConfig "
      "dnsPolicy:s=ClusterFirst|ClusterFirstWithHostNet|Default|None enableServiceLinks:b "
      "ephemeralContainers:[>EphemeralContainer evictionResponders:[>EvictionResponder@37- "
      "hostAliases:[>HostAlias hostIPC:b hostNetwork:b hostPID:b hostUsers:b hostname:s "
      "hostnameOverride:s@34- imagePullSecrets:[>LocalObjectReference "
      "initContainers:[>Container nodeName:s nodeSelector:{s os:>PodOS overhead:{q "
      "preemptionPolicy:s=Never|PreemptLowerPriority priority:i priorityClassName:s "
      "readinessGates:[>PodReadinessGate resourceClaims:[>PodResourceClaim@26- "
      "resources:>ResourceRequirements@32- restartPolicy:s=Always|Never|OnFailure "
      "runtimeClassName:s schedulerName:s schedulingGates:[>PodSchedulingGate@26- "
      "schedulingGroup:>PodSchedulingGroup@36- securityContext:>PodSecurityContext "
      "serviceAccount:s serviceAccountName:s setHostnameAsFQDN:b shareProcessNamespace:b "
      "subdomain:s terminationGracePeriodSeconds:l tolerations:[>Toleration "
      "topologySpreadConstraints:[>TopologySpreadConstraint volumes:[>Volume "
      "workloadRef:>WorkloadReference@35-35",
    "core.v1.PodStatus allocatedResources:{q@35- conditions:[>PodCondition "
      "containerStatuses:[>ContainerStatus ephemeralContainerStatuses:[>ContainerStatus "
      "extendedResourceClaimStatus:>PodExtendedResourceClaimStatus@34- hostIP:s "
      "hostIPs:[>HostIP@28- initContainerStatuses:[>ContainerStatus message:s "
      "nodeAllocatableResourceClaimStatuses:[>NodeAllocatableResourceClaimStatus@36- "
      "nominatedNodeName:s observedGeneration:l@33- "
      "phase:s=Failed|Pending|Running|Succeeded|Unknown podIP:s podIPs:[>PodIP "
      "qosClass:s=BestEffort|Burstable|Guaranteed reason:s resize:s@27- "
      "resourceClaimStatuses:[>PodResourceClaimStatus@28- resources:>ResourceRequirements@35- "
      "startTime:t volumeHealth:[>PodVolumeHealth@37-",
    "core.v1.PodTemplate apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "template:>PodTemplateSpec",
    "core.v1.PodTemplateSpec metadata:>meta.v1.ObjectMeta spec:>PodSpec",
    "core.v1.PodVolumeHealth healthConditions:[>VolumeHealthCondition lastTransitionTime:t "
      "name!:s",
    "core.v1.PortStatus error:s port!:i protocol!:s=SCTP|TCP|UDP",
    "core.v1.PortworxVolumeSource fsType:s readOnly:b volumeID!:s",
    "core.v1.PreferredSchedulingTerm preference!:>NodeSelectorTerm weight!:i",
    "core.v1.Probe exec:>ExecAction failureThreshold:i grpc:>GRPCAction "
      "httpGet:>HTTPGetAction initialDelaySeconds:i periodSeconds:i successThreshold:i "
      "tcpSocket:>TCPSocketAction terminationGracePeriodSeconds:l timeoutSeconds:i",
    "core.v1.ProjectedVolumeSource defaultMode:i defaultUser:l@37- sources:[>VolumeProjection",
    "core.v1.QuobyteVolumeSource group:s readOnly:b registry!:s tenant:s user:s volume!:s",
    "core.v1.RBDPersistentVolumeSource fsType:s image!:s keyring:s monitors!:[s pool:s "
      "readOnly:b secretRef:>SecretReference user:s",
    "core.v1.RBDVolumeSource fsType:s image!:s keyring:s monitors!:[s pool:s readOnly:b "
      "secretRef:>LocalObjectReference user:s",
    "core.v1.ReplicationController apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>ReplicationControllerSpec status:>ReplicationControllerStatus",
    "core.v1.ReplicationControllerCondition lastTransitionTime:t message:s reason:s "
      "status!:s type!:s",
    "core.v1.ReplicationControllerSpec minReadySeconds:i replicas:i selector:{s "
      "template:>PodTemplateSpec",
    "core.v1.ReplicationControllerStatus availableReplicas:i "
      "conditions:[>ReplicationControllerCondition fullyLabeledReplicas:i observedGeneration:l "
      "readyReplicas:i replicas!:i",
    "core.v1.ResourceClaim name!:s request:s@31-",
    "core.v1.ResourceFieldSelector containerName:s divisor:q resource!:s",
    "core.v1.ResourceHealth health:s message:s@36- resourceID!:s",
    "core.v1.ResourceQuota apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>ResourceQuotaSpec status:>ResourceQuotaStatus",
    "core.v1.ResourceQuotaSpec hard:{q scopeSelector:>ScopeSelector "
      "scopes:[s=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass",
    "core.v1.ResourceQuotaStatus hard:{q used:{q",
    "core.v1.ResourceRequirements claims:[>ResourceClaim@26- limits:{q requests:{q",
    "core.v1.ResourceStatus name!:s resources:[>ResourceHealth",
    "core.v1.SELinuxOptions level:s role:s type:s user:s",
    "core.v1.ScaleIOPersistentVolumeSource fsType:s gateway!:s protectionDomain:s readOnly:b "
      "secretRef!:>SecretReference sslEnabled:b storageMode:s storagePool:s system!:s "
      "volumeName:s",
    "core.v1.ScaleIOVolumeSource fsType:s gateway!:s protectionDomain:s readOnly:b "
      "secretRef!:>LocalObjectReference sslEnabled:b storageMode:s storagePool:s system!:s "
      "volumeName:s",
    "core.v1.ScopeSelector matchExpressions:[>ScopedResourceSelectorRequirement",
    "core.v1.ScopedResourceSelectorRequirement operator!:s=DoesNotExist|Exists|In|NotIn "
      "scopeName!:s=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass "
      "values:[s",
    "core.v1.SeccompProfile localhostProfile:s type!:s=Localhost|RuntimeDefault|Unconfined",
    "core.v1.Secret apiVersion:s data:{y immutable:b kind:s metadata:>meta.v1.ObjectMeta "
      "stringData:{s type:s",
    "core.v1.SecretEnvSource name:s optional:b",
    "core.v1.SecretKeySelector key!:s name:s optional:b",
    "core.v1.SecretProjection items:[>KeyToPath name:s optional:b",
    "core.v1.SecretReference name:s namespace:s",
    "core.v1.SecretVolumeSource defaultMode:i defaultUser:l@37- items:[>KeyToPath optional:b "
      "secretName:s",
    "core.v1.SecurityContext allowPrivilegeEscalation:b appArmorProfile:>AppArmorProfile@30- "
      "capabilities:>Capabilities privileged:b procMount:s=Default|Unmasked "
      "readOnlyRootFilesystem:b runAsGroup:l runAsNonRoot:b runAsUser:l "
      "seLinuxOptions:>SELinuxOptions seccompProfile:>SeccompProfile "
      "windowsOptions:>WindowsSecurityContextOptions",
    "core.v1.Service apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec:>ServiceSpec "
      "status:>ServiceStatus",
    "core.v1.ServiceAccount apiVersion:s automountServiceAccountToken:b "
      "imagePullSecrets:[>LocalObjectReference kind:s metadata:>meta.v1.ObjectMeta "
      "secrets:[>ObjectReference",
    "core.v1.ServiceAccountTokenProjection audience:s expirationSeconds:l path!:s user:l@37-",
    "core.v1.ServicePort appProtocol:s name:s nodePort:i port!:i protocol:s=SCTP|TCP|UDP "
      "targetPort:x",
    "core.v1.ServiceSpec allocateLoadBalancerNodePorts:b clusterIP:s clusterIPs:[s "
      "externalIPs:[s externalName:s externalTrafficPolicy:s=Cluster|Local "
      "healthCheckNodePort:i internalTrafficPolicy:s=Cluster|Local ipFamilies:[s=IPv4|IPv6 "
      "ipFamilyPolicy:s=PreferDualStack|RequireDualStack|SingleStack loadBalancerClass:s "
      "loadBalancerIP:s loadBalancerSourceRanges:[s ports:[>ServicePort "
      "publishNotReadyAddresses:b selector:{s sessionAffinity:s=ClientIP|None "
      "sessionAffinityConfig:>SessionAffinityConfig trafficDistribution:s@30- "
      "type:s=ClusterIP|ExternalName|LoadBalancer|NodePort",
    "core.v1.ServiceStatus conditions:[>meta.v1.Condition loadBalancer:>LoadBalancerStatus",
    "core.v1.SessionAffinityConfig clientIP:>ClientIPConfig",
    "core.v1.SleepAction seconds!:l",
    "core.v1.StorageOSPersistentVolumeSource fsType:s readOnly:b secretRef:>ObjectReference "
      "volumeName:s volumeNamespace:s",
    "core.v1.StorageOSVolumeSource fsType:s readOnly:b secretRef:>LocalObjectReference "
      "volumeName:s volumeNamespace:s",
    "core.v1.Sysctl name!:s value!:s",
    "core.v1.TCPSocketAction host:s port!:x",
    "core.v1.Taint effect!:s=NoExecute|NoSchedule|PreferNoSchedule key!:s timeAdded:t value:s",
    "core.v1.Toleration effect:s=NoExecute|NoSchedule|PreferNoSchedule key:s "
      "operator:s=Equal|Exists|Gt|Lt tolerationSeconds:l value:s",
    "core.v1.TopologySelectorLabelRequirement key!:s values!:[s",
    "core.v1.TopologySelectorTerm matchLabelExpressions:[>TopologySelectorLabelRequirement",
    "core.v1.TopologySpreadConstraint labelSelector:>meta.v1.LabelSelector matchLabelKeys:[s "
      "maxSkew!:i minDomains:i nodeAffinityPolicy:s=Honor|Ignore "
      "nodeTaintsPolicy:s=Honor|Ignore topologyKey!:s "
      "whenUnsatisfiable!:s=DoNotSchedule|ScheduleAnyway",
    "core.v1.TypedLocalObjectReference apiGroup:s kind!:s name!:s",
    "core.v1.TypedObjectReference apiGroup:s kind!:s name!:s namespace:s",
    "core.v1.Volume awsElasticBlockStore:>AWSElasticBlockStoreVolumeSource "
      "azureDisk:>AzureDiskVolumeSource azureFile:>AzureFileVolumeSource "
      "cephfs:>CephFSVolumeSource cinder:>CinderVolumeSource configMap:>ConfigMapVolumeSource "
      "csi:>CSIVolumeSource downwardAPI:>DownwardAPIVolumeSource "
      "emptyDir:>EmptyDirVolumeSource ephemeral:>EphemeralVolumeSource fc:>FCVolumeSource "
      "flexVolume:>FlexVolumeSource flocker:>FlockerVolumeSource "
      "gcePersistentDisk:>GCEPersistentDiskVolumeSource gitRepo:>GitRepoVolumeSource "
      "glusterfs:>GlusterfsVolumeSource hostPath:>HostPathVolumeSource "
      "image:>ImageVolumeSource@31- iscsi:>ISCSIVolumeSource name!:s nfs:>NFSVolumeSource "
      "persistentVolumeClaim:>PersistentVolumeClaimVolumeSource "
      "photonPersistentDisk:>PhotonPersistentDiskVolumeSource "
      "portworxVolume:>PortworxVolumeSource projected:>ProjectedVolumeSource "
      "quobyte:>QuobyteVolumeSource rbd:>RBDVolumeSource scaleIO:>ScaleIOVolumeSource "
      "secret:>SecretVolumeSource storageos:>StorageOSVolumeSource "
      "vsphereVolume:>VsphereVirtualDiskVolumeSource",
    "core.v1.VolumeDevice devicePath!:s name!:s",
    "core.v1.VolumeHealthCondition message:s reason!:s "
      "status!:s=DataLoss|Degraded|Inaccessible",
    "core.v1.VolumeHealthStatus healthConditions:[>VolumeHealthCondition lastTransitionTime:t",
    "core.v1.VolumeMount bindMountOptions:[s@37- mountPath!:s "
      "mountPropagation:s=Bidirectional|HostToContainer|None name!:s readOnly:b "
      "recursiveReadOnly:s@30- subPath:s subPathExpr:s",
    "core.v1.VolumeMountStatus mountPath!:s name!:s readOnly:b recursiveReadOnly:s "
      "volumeStatus:>VolumeStatus@36-",
    "core.v1.VolumeNodeAffinity required:>NodeSelector",
    "core.v1.VolumeProjection clusterTrustBundle:>ClusterTrustBundleProjection@29- "
      "configMap:>ConfigMapProjection downwardAPI:>DownwardAPIProjection "
      "podCertificate:>PodCertificateProjection@34- secret:>SecretProjection "
      "serviceAccountToken:>ServiceAccountTokenProjection",
    "core.v1.VolumeResourceRequirements limits:{q requests:{q",
    "core.v1.VolumeStatus image:>ImageVolumeStatus",
    "core.v1.VsphereVirtualDiskVolumeSource fsType:s storagePolicyID:s storagePolicyName:s "
      "volumePath!:s",
    "core.v1.WeightedPodAffinityTerm podAffinityTerm!:>PodAffinityTerm weight!:i",
    "core.v1.WindowsSecurityContextOptions gmsaCredentialSpec:s gmsaCredentialSpecName:s "
      "hostProcess:b runAsUserName:s",
    "core.v1.WorkloadReference name!:s podGroup!:s podGroupReplicaKey:s",
    "discovery.v1.Endpoint addresses!:[s conditions:>EndpointConditions "
      "deprecatedTopology:{s hints:>EndpointHints hostname:s nodeName:s "
      "targetRef:>core.v1.ObjectReference zone:s",
    "discovery.v1.EndpointConditions ready:b serving:b terminating:b",
    "discovery.v1.EndpointHints forNodes:[>ForNode@33- forZones:[>ForZone",
    "discovery.v1.EndpointPort appProtocol:s name:s port:i protocol:s",
    "discovery.v1.EndpointSlice addressType!:s apiVersion:s endpoints!:[>Endpoint@-35 "
      "endpoints:[>Endpoint@36- kind:s metadata:>meta.v1.ObjectMeta ports:[>EndpointPort",
    "discovery.v1.ForNode name!:s",
    "discovery.v1.ForZone name!:s",
    "events.v1.Event action:s apiVersion:s deprecatedCount:i deprecatedFirstTimestamp:t "
      "deprecatedLastTimestamp:t deprecatedSource:>core.v1.EventSource eventTime!:t kind:s "
      "metadata:>meta.v1.ObjectMeta note:s reason:s regarding:>core.v1.ObjectReference "
      "related:>core.v1.ObjectReference reportingController:s reportingInstance:s "
      "series:>EventSeries type:s",
    "events.v1.EventSeries count!:i lastObservedTime!:t",
    "flowcontrol.v1.ExemptPriorityLevelConfiguration lendablePercent:i "
      "nominalConcurrencyShares:i",
    "flowcontrol.v1.FlowDistinguisherMethod type!:s",
    "flowcontrol.v1.FlowSchema apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>FlowSchemaSpec@37- spec:>FlowSchemaSpec@-36 status:>FlowSchemaStatus",
    "flowcontrol.v1.FlowSchemaCondition lastTransitionTime:t message:s reason:s status:s "
      "type!:s@37- type:s@-36",
    "flowcontrol.v1.FlowSchemaSpec distinguisherMethod:>FlowDistinguisherMethod "
      "matchingPrecedence:i priorityLevelConfiguration!:>PriorityLevelConfigurationReference "
      "rules:[>PolicyRulesWithSubjects",
    "flowcontrol.v1.FlowSchemaStatus conditions:[>FlowSchemaCondition",
    "flowcontrol.v1.GroupSubject name!:s",
    "flowcontrol.v1.LimitResponse queuing:>QueuingConfiguration type!:s",
    "flowcontrol.v1.LimitedPriorityLevelConfiguration borrowingLimitPercent:i "
      "lendablePercent:i limitResponse!:>LimitResponse@37- limitResponse:>LimitResponse@-36 "
      "nominalConcurrencyShares:i",
    "flowcontrol.v1.NonResourcePolicyRule nonResourceURLs!:[s verbs!:[s",
    "flowcontrol.v1.PolicyRulesWithSubjects nonResourceRules:[>NonResourcePolicyRule "
      "resourceRules:[>ResourcePolicyRule subjects!:[>Subject",
    "flowcontrol.v1.PriorityLevelConfiguration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>PriorityLevelConfigurationSpec@37- "
      "spec:>PriorityLevelConfigurationSpec@-36 status:>PriorityLevelConfigurationStatus",
    "flowcontrol.v1.PriorityLevelConfigurationCondition lastTransitionTime:t message:s "
      "reason:s status:s type!:s@37- type:s@-36",
    "flowcontrol.v1.PriorityLevelConfigurationReference name!:s",
    "flowcontrol.v1.PriorityLevelConfigurationSpec exempt:>ExemptPriorityLevelConfiguration "
      "limited:>LimitedPriorityLevelConfiguration type!:s",
    "flowcontrol.v1.PriorityLevelConfigurationStatus "
      "conditions:[>PriorityLevelConfigurationCondition",
    "flowcontrol.v1.QueuingConfiguration handSize:i queueLengthLimit:i queues:i",
    "flowcontrol.v1.ResourcePolicyRule apiGroups!:[s clusterScope:b namespaces:[s "
      "resources!:[s verbs!:[s",
    "flowcontrol.v1.ServiceAccountSubject name!:s namespace!:s",
    "flowcontrol.v1.Subject group:>GroupSubject kind!:s "
      "serviceAccount:>ServiceAccountSubject user:>UserSubject",
    "flowcontrol.v1.UserSubject name!:s",
    "flowcontrol.v1beta1.FlowDistinguisherMethod type!:s",
    "flowcontrol.v1beta1.FlowSchema apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>FlowSchemaSpec status:>FlowSchemaStatus",
    "flowcontrol.v1beta1.FlowSchemaCondition lastTransitionTime:t message:s reason:s "
      "status:s type:s",
    "flowcontrol.v1beta1.FlowSchemaSpec distinguisherMethod:>FlowDistinguisherMethod "
      "matchingPrecedence:i priorityLevelConfiguration!:>PriorityLevelConfigurationReference "
      "rules:[>PolicyRulesWithSubjects",
    "flowcontrol.v1beta1.FlowSchemaStatus conditions:[>FlowSchemaCondition",
    "flowcontrol.v1beta1.GroupSubject name!:s",
    "flowcontrol.v1beta1.LimitResponse queuing:>QueuingConfiguration type!:s",
    "flowcontrol.v1beta1.LimitedPriorityLevelConfiguration assuredConcurrencyShares:i "
      "limitResponse:>LimitResponse",
    "flowcontrol.v1beta1.NonResourcePolicyRule nonResourceURLs!:[s verbs!:[s",
    "flowcontrol.v1beta1.PolicyRulesWithSubjects nonResourceRules:[>NonResourcePolicyRule "
      "resourceRules:[>ResourcePolicyRule subjects!:[>Subject",
    "flowcontrol.v1beta1.PriorityLevelConfiguration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>PriorityLevelConfigurationSpec "
      "status:>PriorityLevelConfigurationStatus",
    "flowcontrol.v1beta1.PriorityLevelConfigurationCondition lastTransitionTime:t message:s "
      "reason:s status:s type:s",
    "flowcontrol.v1beta1.PriorityLevelConfigurationReference name!:s",
    "flowcontrol.v1beta1.PriorityLevelConfigurationSpec "
      "limited:>LimitedPriorityLevelConfiguration type!:s",
    "flowcontrol.v1beta1.PriorityLevelConfigurationStatus "
      "conditions:[>PriorityLevelConfigurationCondition",
    "flowcontrol.v1beta1.QueuingConfiguration handSize:i queueLengthLimit:i queues:i",
    "flowcontrol.v1beta1.ResourcePolicyRule apiGroups!:[s clusterScope:b namespaces:[s "
      "resources!:[s verbs!:[s",
    "flowcontrol.v1beta1.ServiceAccountSubject name!:s namespace!:s",
    "flowcontrol.v1beta1.Subject group:>GroupSubject kind!:s "
      "serviceAccount:>ServiceAccountSubject user:>UserSubject",
    "flowcontrol.v1beta1.UserSubject name!:s",
    "flowcontrol.v1beta2.ExemptPriorityLevelConfiguration lendablePercent:i "
      "nominalConcurrencyShares:i",
    "flowcontrol.v1beta2.FlowDistinguisherMethod type!:s",
    "flowcontrol.v1beta2.FlowSchema apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>FlowSchemaSpec status:>FlowSchemaStatus",
    "flowcontrol.v1beta2.FlowSchemaCondition lastTransitionTime:t message:s reason:s "
      "status:s type:s",
    "flowcontrol.v1beta2.FlowSchemaSpec distinguisherMethod:>FlowDistinguisherMethod "
      "matchingPrecedence:i priorityLevelConfiguration!:>PriorityLevelConfigurationReference "
      "rules:[>PolicyRulesWithSubjects",
    "flowcontrol.v1beta2.FlowSchemaStatus conditions:[>FlowSchemaCondition",
    "flowcontrol.v1beta2.GroupSubject name!:s",
    "flowcontrol.v1beta2.LimitResponse queuing:>QueuingConfiguration type!:s",
    "flowcontrol.v1beta2.LimitedPriorityLevelConfiguration assuredConcurrencyShares:i "
      "borrowingLimitPercent:i@26- lendablePercent:i@26- limitResponse:>LimitResponse",
    "flowcontrol.v1beta2.NonResourcePolicyRule nonResourceURLs!:[s verbs!:[s",
    "flowcontrol.v1beta2.PolicyRulesWithSubjects nonResourceRules:[>NonResourcePolicyRule "
      "resourceRules:[>ResourcePolicyRule subjects!:[>Subject",
    "flowcontrol.v1beta2.PriorityLevelConfiguration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>PriorityLevelConfigurationSpec "
      "status:>PriorityLevelConfigurationStatus",
    "flowcontrol.v1beta2.PriorityLevelConfigurationCondition lastTransitionTime:t message:s "
      "reason:s status:s type:s",
    "flowcontrol.v1beta2.PriorityLevelConfigurationReference name!:s",
    "flowcontrol.v1beta2.PriorityLevelConfigurationSpec "
      "exempt:>ExemptPriorityLevelConfiguration@28- limited:>LimitedPriorityLevelConfiguration "
      "type!:s",
    "flowcontrol.v1beta2.PriorityLevelConfigurationStatus "
      "conditions:[>PriorityLevelConfigurationCondition",
    "flowcontrol.v1beta2.QueuingConfiguration handSize:i queueLengthLimit:i queues:i",
    "flowcontrol.v1beta2.ResourcePolicyRule apiGroups!:[s clusterScope:b namespaces:[s "
      "resources!:[s verbs!:[s",
    "flowcontrol.v1beta2.ServiceAccountSubject name!:s namespace!:s",
    "flowcontrol.v1beta2.Subject group:>GroupSubject kind!:s "
      "serviceAccount:>ServiceAccountSubject user:>UserSubject",
    "flowcontrol.v1beta2.UserSubject name!:s",
    "flowcontrol.v1beta3.ExemptPriorityLevelConfiguration lendablePercent:i "
      "nominalConcurrencyShares:i",
    "flowcontrol.v1beta3.FlowDistinguisherMethod type!:s",
    "flowcontrol.v1beta3.FlowSchema apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>FlowSchemaSpec status:>FlowSchemaStatus",
    "flowcontrol.v1beta3.FlowSchemaCondition lastTransitionTime:t message:s reason:s "
      "status:s type:s",
    "flowcontrol.v1beta3.FlowSchemaSpec distinguisherMethod:>FlowDistinguisherMethod "
      "matchingPrecedence:i priorityLevelConfiguration!:>PriorityLevelConfigurationReference "
      "rules:[>PolicyRulesWithSubjects",
    "flowcontrol.v1beta3.FlowSchemaStatus conditions:[>FlowSchemaCondition",
    "flowcontrol.v1beta3.GroupSubject name!:s",
    "flowcontrol.v1beta3.LimitResponse queuing:>QueuingConfiguration type!:s",
    "flowcontrol.v1beta3.LimitedPriorityLevelConfiguration borrowingLimitPercent:i "
      "lendablePercent:i limitResponse:>LimitResponse nominalConcurrencyShares:i",
    "flowcontrol.v1beta3.NonResourcePolicyRule nonResourceURLs!:[s verbs!:[s",
    "flowcontrol.v1beta3.PolicyRulesWithSubjects nonResourceRules:[>NonResourcePolicyRule "
      "resourceRules:[>ResourcePolicyRule subjects!:[>Subject",
    "flowcontrol.v1beta3.PriorityLevelConfiguration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>PriorityLevelConfigurationSpec "
      "status:>PriorityLevelConfigurationStatus",
    "flowcontrol.v1beta3.PriorityLevelConfigurationCondition lastTransitionTime:t message:s "
      "reason:s status:s type:s",
    "flowcontrol.v1beta3.PriorityLevelConfigurationReference name!:s",
    "flowcontrol.v1beta3.PriorityLevelConfigurationSpec "
      "exempt:>ExemptPriorityLevelConfiguration@28- limited:>LimitedPriorityLevelConfiguration "
      "type!:s",
    "flowcontrol.v1beta3.PriorityLevelConfigurationStatus "
      "conditions:[>PriorityLevelConfigurationCondition",
    "flowcontrol.v1beta3.QueuingConfiguration handSize:i queueLengthLimit:i queues:i",
    "flowcontrol.v1beta3.ResourcePolicyRule apiGroups!:[s clusterScope:b namespaces:[s "
      "resources!:[s verbs!:[s",
    "flowcontrol.v1beta3.ServiceAccountSubject name!:s namespace!:s",
    "flowcontrol.v1beta3.Subject group:>GroupSubject kind!:s "
      "serviceAccount:>ServiceAccountSubject user:>UserSubject",
    "flowcontrol.v1beta3.UserSubject name!:s",
    "lifecycle.v1alpha1.Eviction apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>EvictionSpec status:>EvictionStatus",
    "lifecycle.v1alpha1.EvictionPodReference name!:s uid!:s",
    "lifecycle.v1alpha1.EvictionRequest apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>EvictionRequestSpec status:>EvictionRequestStatus",
    "lifecycle.v1alpha1.EvictionRequestPodReference name!:s uid!:s",
    "lifecycle.v1alpha1.EvictionRequestSpec intent!:s=Eviction|Withdrawn requester!:s "
      "target!:>EvictionRequestTarget",
    "lifecycle.v1alpha1.EvictionRequestStatus conditions:[>meta.v1.Condition "
      "observedGeneration:l",
    "lifecycle.v1alpha1.EvictionRequestTarget pod:>EvictionRequestPodReference",
    "lifecycle.v1alpha1.EvictionSpec target!:>EvictionTarget",
    "lifecycle.v1alpha1.EvictionStatus conditions:[>meta.v1.Condition observedGeneration:l "
      "requesters:[>Requester responders:[>ResponderStatus targetResponders:[>TargetResponder",
    "lifecycle.v1alpha1.EvictionTarget pod:>EvictionPodReference",
    "lifecycle.v1alpha1.Requester intent!:s=Eviction|Withdrawn name!:s",
    "lifecycle.v1alpha1.ResponderStatus completionTime:t expectedCompletionTime:t "
      "heartbeatTime:t message:s name!:s startTime:t",
    "lifecycle.v1alpha1.TargetResponder name!:s priority!:i "
      "state!:s=Active|Canceled|Completed|Inactive|Interrupted",
    "meta.v1.Condition lastTransitionTime!:t message!:s observedGeneration:l reason!:s "
      "status!:s type!:s",
    "meta.v1.DeleteOptions apiVersion:s dryRun:[s gracePeriodSeconds:l "
      "ignoreStoreReadErrorWithClusterBreakingPotential:b@32- kind:s orphanDependents:b "
      "preconditions:>Preconditions propagationPolicy:s",
    "meta.v1.FieldSelectorRequirement key!:s operator!:s values:[s",
    "meta.v1.GroupResource group!:s resource!:s",
    "meta.v1.LabelSelector matchExpressions:[>LabelSelectorRequirement matchLabels:{s",
    "meta.v1.LabelSelectorRequirement key!:s operator!:s values:[s",
    "meta.v1.ManagedFieldsEntry apiVersion:s fieldsType:s fieldsV1:{a manager:s operation:s "
      "subresource:s time:t",
    "meta.v1.ObjectMeta annotations:{s creationTimestamp:t deletionGracePeriodSeconds:l "
      "deletionTimestamp:t finalizers:[s generateName:s generation:l labels:{s "
      "managedFields:[>ManagedFieldsEntry name:s namespace:s ownerReferences:[>OwnerReference "
      "resourceVersion:s selfLink:s uid:s",
    "meta.v1.OwnerReference apiVersion!:s blockOwnerDeletion:b controller:b kind!:s name!:s "
      "uid!:s",
    "meta.v1.Preconditions resourceVersion:s uid:s",
    "networking.v1.HTTPIngressPath backend!:>IngressBackend path:s pathType!:s",
    "networking.v1.HTTPIngressRuleValue paths!:[>HTTPIngressPath",
    "networking.v1.IPAddress apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>IPAddressSpec@36- spec:>IPAddressSpec@-35",
    "networking.v1.IPAddressSpec parentRef!:>ParentReference",
    "networking.v1.IPBlock cidr!:s except:[s",
    "networking.v1.Ingress apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>IngressSpec status:>IngressStatus",
    "networking.v1.IngressBackend resource:>core.v1.TypedLocalObjectReference "
      "service:>IngressServiceBackend",
    "networking.v1.IngressClass apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>IngressClassSpec",
    "networking.v1.IngressClassParametersReference apiGroup:s kind!:s name!:s namespace:s "
      "scope:s",
    "networking.v1.IngressClassSpec controller:s parameters:>IngressClassParametersReference",
    "networking.v1.IngressLoadBalancerIngress hostname:s ip:s ports:[>IngressPortStatus",
    "networking.v1.IngressLoadBalancerStatus ingress:[>IngressLoadBalancerIngress",
    "networking.v1.IngressPortStatus error:s port!:i protocol!:s",
    "networking.v1.IngressRule host:s http:>HTTPIngressRuleValue",
    "networking.v1.IngressServiceBackend name!:s port:>ServiceBackendPort",
    "networking.v1.IngressSpec defaultBackend:>IngressBackend ingressClassName:s "
      "rules:[>IngressRule tls:[>IngressTLS",
    "networking.v1.IngressStatus loadBalancer:>IngressLoadBalancerStatus@26- "
      "loadBalancer:>core.v1.LoadBalancerStatus@-25",
    "networking.v1.IngressTLS hosts:[s secretName:s",
    "networking.v1.NetworkPolicy apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>NetworkPolicySpec status:>NetworkPolicyStatus@-27",
    "networking.v1.NetworkPolicyEgressRule ports:[>NetworkPolicyPort to:[>NetworkPolicyPeer",
    "networking.v1.NetworkPolicyIngressRule from:[>NetworkPolicyPeer "
      "ports:[>NetworkPolicyPort",
    "networking.v1.NetworkPolicyPeer ipBlock:>IPBlock "
      "namespaceSelector:>meta.v1.LabelSelector podSelector:>meta.v1.LabelSelector",
    "networking.v1.NetworkPolicyPort endPort:i port:x protocol:s",
    "networking.v1.NetworkPolicySpec egress:[>NetworkPolicyEgressRule "
      "ingress:[>NetworkPolicyIngressRule podSelector!:>meta.v1.LabelSelector@-33 "
      "podSelector:>meta.v1.LabelSelector@34- policyTypes:[s=Egress|Ingress",
    "networking.v1.NetworkPolicyStatus conditions:[>meta.v1.Condition",
    "networking.v1.ParentReference group:s name!:s namespace:s resource!:s",
    "networking.v1.ServiceBackendPort name:s number:i",
    "networking.v1.ServiceCIDR apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>ServiceCIDRSpec status:>ServiceCIDRStatus",
    "networking.v1.ServiceCIDRSpec cidrs:[s",
    "networking.v1.ServiceCIDRStatus conditions:[>meta.v1.Condition",
    "networking.v1alpha1.ClusterCIDR apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>ClusterCIDRSpec",
    "networking.v1alpha1.ClusterCIDRSpec ipv4:s ipv6:s nodeSelector:>core.v1.NodeSelector "
      "perNodeHostBits!:i",
    "networking.v1alpha1.IPAddress apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>IPAddressSpec",
    "networking.v1alpha1.IPAddressSpec parentRef!:>ParentReference@30- "
      "parentRef:>ParentReference@-29",
    "networking.v1alpha1.ParentReference group:s name!:s@30- name:s@-29 namespace:s "
      "resource!:s@30- resource:s@-29 uid:s@-28",
    "networking.v1alpha1.ServiceCIDR apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>ServiceCIDRSpec status:>ServiceCIDRStatus",
    "networking.v1alpha1.ServiceCIDRSpec cidrs:[s",
    "networking.v1alpha1.ServiceCIDRStatus conditions:[>meta.v1.Condition",
    "networking.v1beta1.IPAddress apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>IPAddressSpec@36- spec:>IPAddressSpec@-35",
    "networking.v1beta1.IPAddressSpec parentRef!:>ParentReference",
    "networking.v1beta1.ParentReference group:s name!:s namespace:s resource!:s",
    "networking.v1beta1.ServiceCIDR apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>ServiceCIDRSpec status:>ServiceCIDRStatus",
    "networking.v1beta1.ServiceCIDRSpec cidrs:[s",
    "networking.v1beta1.ServiceCIDRStatus conditions:[>meta.v1.Condition",
    "node.v1.Overhead podFixed:{q",
    "node.v1.RuntimeClass apiVersion:s handler!:s kind:s metadata:>meta.v1.ObjectMeta "
      "overhead:>Overhead scheduling:>Scheduling",
    "node.v1.Scheduling nodeSelector:{s tolerations:[>core.v1.Toleration",
    "policy.v1.Eviction apiVersion:s deleteOptions:>meta.v1.DeleteOptions kind:s "
      "metadata:>meta.v1.ObjectMeta",
    "policy.v1.PodDisruptionBudget apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec:>PodDisruptionBudgetSpec status:>PodDisruptionBudgetStatus",
    "policy.v1.PodDisruptionBudgetSpec maxUnavailable:x minAvailable:x "
      "selector:>meta.v1.LabelSelector "
      "unhealthyPodEvictionPolicy:s=AlwaysAllow|IfHealthyBudget@26-",
    "policy.v1.PodDisruptionBudgetStatus conditions:[>meta.v1.Condition "
      "currentHealthy!:i@-35 currentHealthy:i@36- desiredHealthy!:i@-35 desiredHealthy:i@36- "
      "disruptedPods:{t disruptionsAllowed!:i@-35 disruptionsAllowed:i@36- expectedPods!:i@-35 "
      "expectedPods:i@36- observedGeneration:l",
    "rbac.v1.AggregationRule clusterRoleSelectors:[>meta.v1.LabelSelector",
    "rbac.v1.ClusterRole aggregationRule:>AggregationRule apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta rules:[>PolicyRule",
    "rbac.v1.ClusterRoleBinding apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "roleRef!:>RoleRef subjects:[>Subject",
    "rbac.v1.PolicyRule apiGroups:[s nonResourceURLs:[s resourceNames:[s resources:[s "
      "verbs!:[s",
    "rbac.v1.Role apiVersion:s kind:s metadata:>meta.v1.ObjectMeta rules:[>PolicyRule",
    "rbac.v1.RoleBinding apiVersion:s kind:s metadata:>meta.v1.ObjectMeta roleRef!:>RoleRef "
      "subjects:[>Subject",
    "rbac.v1.RoleRef apiGroup!:s@-35 apiGroup:s@36- kind!:s name!:s",
    "rbac.v1.Subject apiGroup:s kind!:s name!:s namespace:s",
    "resource.v1.AllocatedDeviceStatus conditions:[>meta.v1.Condition data:{a device!:s "
      "driver!:s networkData:>NetworkDeviceData pool!:s shareID:s",
    "resource.v1.AllocationResult allocationTimestamp:t devices:>DeviceAllocationResult "
      "nodeSelector:>core.v1.NodeSelector",
    "resource.v1.CELDeviceSelector expression!:s",
    "resource.v1.CapacityRequestPolicy default:q validRange:>CapacityRequestPolicyRange "
      "validValues:[q",
    "resource.v1.CapacityRequestPolicyRange max:q min!:q step:q",
    "resource.v1.CapacityRequirements requests:{q",
    "resource.v1.Counter value!:q",
    "resource.v1.CounterSet counters!:{>Counter name!:s",
    "resource.v1.Device allNodes:b allowMultipleAllocations:b attributes:{>DeviceAttribute "
      "bindingConditions:[s bindingFailureConditions:[s bindsToNode:b "
      "capacity:{>DeviceCapacity consumesCounters:[>DeviceCounterConsumption name!:s "
      "nodeAllocatableResourceMappings:{>NodeAllocatableResourceMapping@36-36 "
      "nodeAllocatableResources:{>NodeAllocatableResource@37- nodeName:s "
      "nodeSelector:>core.v1.NodeSelector taints:[>DeviceTaint",
    "resource.v1.DeviceAllocationConfiguration opaque:>OpaqueDeviceConfiguration requests:[s "
      "source!:s=FromClaim|FromClass",
    "resource.v1.DeviceAllocationResult config:[>DeviceAllocationConfiguration "
      "results:[>DeviceRequestAllocationResult",
    "resource.v1.DeviceAttribute bool:b bools:[b@36- int:l ints:[l@36- string:s "
      "strings:[s@36- version:s versions:[s@36-",
    "resource.v1.DeviceCapacity requestPolicy:>CapacityRequestPolicy value!:q",
    "resource.v1.DeviceClaim config:[>DeviceClaimConfiguration "
      "constraints:[>DeviceConstraint requests:[>DeviceRequest",
    "resource.v1.DeviceClaimConfiguration opaque:>OpaqueDeviceConfiguration requests:[s",
    "resource.v1.DeviceClass apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeviceClassSpec@-36 spec:>DeviceClassSpec@37-",
    "resource.v1.DeviceClassConfiguration opaque:>OpaqueDeviceConfiguration",
    "resource.v1.DeviceClassSpec config:[>DeviceClassConfiguration extendedResourceName:s "
      "selectors:[>DeviceSelector",
    "resource.v1.DeviceConstraint distinctAttribute:s matchAttribute:s requests:[s",
    "resource.v1.DeviceCounterConsumption compatibilityGroups:[s@37- counterSet!:s "
      "counters!:{>Counter",
    "resource.v1.DeviceDerivedAttribute expression!:s name!:s",
    "resource.v1.DeviceRequest exactly:>ExactDeviceRequest firstAvailable:[>DeviceSubRequest "
      "name!:s",
    "resource.v1.DeviceRequestAllocationResult adminAccess:b bindingConditions:[s "
      "bindingFailureConditions:[s consumedCapacity:{q device!:s driver!:s pool!:s request!:s "
      "shareID:s skipNodeOperations:[s=*|NodePrepareResources|NodeUnprepareResources@37- "
      "tolerations:[>DeviceToleration",
    "resource.v1.DeviceSelector cel:>CELDeviceSelector",
    "resource.v1.DeviceSubRequest allocationMode:s capacity:>CapacityRequirements count:l "
      "derivedAttributes:[>DeviceDerivedAttribute@37- deviceClassName!:s name!:s "
      "selectors:[>DeviceSelector tolerations:[>DeviceToleration",
    "resource.v1.DeviceTaint effect!:s=NoExecute|NoSchedule|None key!:s timeAdded:t value:s",
    "resource.v1.DeviceTaintRule apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeviceTaintRuleSpec status:>DeviceTaintRuleStatus",
    "resource.v1.DeviceTaintRuleSpec deviceSelector:>DeviceTaintSelector taint!:>DeviceTaint",
    "resource.v1.DeviceTaintRuleStatus conditions:[>meta.v1.Condition",
    "resource.v1.DeviceTaintSelector device:s driver:s pool:s",
    "resource.v1.DeviceToleration effect:s=NoExecute|NoSchedule|None key:s "
      "operator:s=Equal|Exists tolerationSeconds:l value:s",
    "resource.v1.ExactDeviceRequest adminAccess:b allocationMode:s "
      "capacity:>CapacityRequirements count:l derivedAttributes:[>DeviceDerivedAttribute@37- "
      "deviceClassName!:s selectors:[>DeviceSelector tolerations:[>DeviceToleration",
    "resource.v1.NetworkDeviceData hardwareAddress:s interfaceName:s ips:[s",
    "resource.v1.NodeAllocatableMapping capacityKey:s capacityMultiplier:q deviceMultiplier:q",
    "resource.v1.NodeAllocatableOverhead perContainer:q perPod:q",
    "resource.v1.NodeAllocatableResource mapping:>NodeAllocatableMapping "
      "overhead:>NodeAllocatableOverhead",
    "resource.v1.NodeAllocatableResourceMapping allocationMultiplier:q capacityKey:s",
    "resource.v1.OpaqueDeviceConfiguration driver!:s parameters!:{a",
    "resource.v1.ResourceClaim apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec@-36 spec:>ResourceClaimSpec@37- status:>ResourceClaimStatus",
    "resource.v1.ResourceClaimConsumerReference apiGroup:s name!:s resource!:s uid!:s",
    "resource.v1.ResourceClaimSpec devices:>DeviceClaim",
    "resource.v1.ResourceClaimStatus allocation:>AllocationResult "
      "devices:[>AllocatedDeviceStatus reservedFor:[>ResourceClaimConsumerReference",
    "resource.v1.ResourceClaimTemplate apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimTemplateSpec@-36 spec:>ResourceClaimTemplateSpec@37-",
    "resource.v1.ResourceClaimTemplateSpec metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec@-36 spec:>ResourceClaimSpec@37-",
    "resource.v1.ResourcePool generation!:l name!:s resourceSliceCount!:l",
    "resource.v1.ResourceSlice apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceSliceSpec",
    "resource.v1.ResourceSliceSpec allNodes:b devices:[>Device driver!:s nodeName:s "
      "nodeSelector:>core.v1.NodeSelector partitionTypeAttribute:s@37- "
      "perDeviceNodeSelection:b pool!:>ResourcePool sharedCounters:[>CounterSet "
      "skipNodeOperations:[s=*|NodePrepareResources|NodeUnprepareResources@37-",
    "resource.v1alpha1.AllocationResult availableOnNodes:>core.v1.NodeSelector "
      "resourceHandle:s shareable:b",
    "resource.v1alpha1.PodScheduling apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>PodSchedulingSpec status:>PodSchedulingStatus",
    "resource.v1alpha1.PodSchedulingSpec potentialNodes:[s selectedNode:s",
    "resource.v1alpha1.PodSchedulingStatus resourceClaims:[>ResourceClaimSchedulingStatus",
    "resource.v1alpha1.ResourceClaim apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec status:>ResourceClaimStatus",
    "resource.v1alpha1.ResourceClaimConsumerReference apiGroup:s name!:s resource!:s uid!:s",
    "resource.v1alpha1.ResourceClaimParametersReference apiGroup:s kind!:s name!:s",
    "resource.v1alpha1.ResourceClaimSchedulingStatus name:s unsuitableNodes:[s",
    "resource.v1alpha1.ResourceClaimSpec allocationMode:s "
      "parametersRef:>ResourceClaimParametersReference resourceClassName!:s",
    "resource.v1alpha1.ResourceClaimStatus allocation:>AllocationResult "
      "deallocationRequested:b driverName:s reservedFor:[>ResourceClaimConsumerReference",
    "resource.v1alpha1.ResourceClaimTemplate apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>ResourceClaimTemplateSpec",
    "resource.v1alpha1.ResourceClaimTemplateSpec metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec",
    "resource.v1alpha1.ResourceClass apiVersion:s driverName!:s kind:s "
      "metadata:>meta.v1.ObjectMeta parametersRef:>ResourceClassParametersReference "
      "suitableNodes:>core.v1.NodeSelector",
    "resource.v1alpha1.ResourceClassParametersReference apiGroup:s kind!:s name!:s "
      "namespace:s",
    "resource.v1alpha2.AllocationResult availableOnNodes:>core.v1.NodeSelector "
      "resourceHandles:[>ResourceHandle shareable:b",
    "resource.v1alpha2.DriverAllocationResult namedResources:>NamedResourcesAllocationResult "
      "vendorRequestParameters:{a",
    "resource.v1alpha2.DriverRequests driverName:s requests:[>ResourceRequest "
      "vendorParameters:{a",
    "resource.v1alpha2.NamedResourcesAllocationResult name!:s",
    "resource.v1alpha2.NamedResourcesAttribute bool:b int:l intSlice:>NamedResourcesIntSlice "
      "name!:s quantity:q string:s stringSlice:>NamedResourcesStringSlice version:s",
    "resource.v1alpha2.NamedResourcesFilter selector!:s",
    "resource.v1alpha2.NamedResourcesInstance attributes:[>NamedResourcesAttribute name!:s",
    "resource.v1alpha2.NamedResourcesIntSlice ints!:[l",
    "resource.v1alpha2.NamedResourcesRequest selector!:s",
    "resource.v1alpha2.NamedResourcesResources instances!:[>NamedResourcesInstance",
    "resource.v1alpha2.NamedResourcesStringSlice strings!:[s",
    "resource.v1alpha2.PodSchedulingContext apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>PodSchedulingContextSpec status:>PodSchedulingContextStatus",
    "resource.v1alpha2.PodSchedulingContextSpec potentialNodes:[s selectedNode:s",
    "resource.v1alpha2.PodSchedulingContextStatus "
      "resourceClaims:[>ResourceClaimSchedulingStatus",
    "resource.v1alpha2.ResourceClaim apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec status:>ResourceClaimStatus",
    "resource.v1alpha2.ResourceClaimConsumerReference apiGroup:s name!:s resource!:s uid!:s",
    "resource.v1alpha2.ResourceClaimParameters apiVersion:s driverRequests:[>DriverRequests "
      "generatedFrom:>ResourceClaimParametersReference kind:s metadata:>meta.v1.ObjectMeta "
      "shareable:b",
    "resource.v1alpha2.ResourceClaimParametersReference apiGroup:s kind!:s name!:s",
    "resource.v1alpha2.ResourceClaimSchedulingStatus name:s unsuitableNodes:[s",
    "resource.v1alpha2.ResourceClaimSpec allocationMode:s "
      "parametersRef:>ResourceClaimParametersReference resourceClassName!:s",
    "resource.v1alpha2.ResourceClaimStatus allocation:>AllocationResult "
      "deallocationRequested:b driverName:s reservedFor:[>ResourceClaimConsumerReference",
    "resource.v1alpha2.ResourceClaimTemplate apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>ResourceClaimTemplateSpec",
    "resource.v1alpha2.ResourceClaimTemplateSpec metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec",
    "resource.v1alpha2.ResourceClass apiVersion:s driverName!:s kind:s "
      "metadata:>meta.v1.ObjectMeta parametersRef:>ResourceClassParametersReference "
      "structuredParameters:b@30- suitableNodes:>core.v1.NodeSelector",
    "resource.v1alpha2.ResourceClassParameters apiVersion:s filters:[>ResourceFilter "
      "generatedFrom:>ResourceClassParametersReference kind:s metadata:>meta.v1.ObjectMeta "
      "vendorParameters:[>VendorParameters",
    "resource.v1alpha2.ResourceClassParametersReference apiGroup:s kind!:s name!:s "
      "namespace:s",
    "resource.v1alpha2.ResourceFilter driverName:s namedResources:>NamedResourcesFilter",
    "resource.v1alpha2.ResourceHandle data:s driverName:s "
      "structuredData:>StructuredResourceHandle@30-",
    "resource.v1alpha2.ResourceRequest namedResources:>NamedResourcesRequest "
      "vendorParameters:{a",
    "resource.v1alpha2.ResourceSlice apiVersion:s driverName!:s kind:s "
      "metadata:>meta.v1.ObjectMeta namedResources:>NamedResourcesResources nodeName:s",
    "resource.v1alpha2.StructuredResourceHandle nodeName:s results!:[>DriverAllocationResult "
      "vendorClaimParameters:{a vendorClassParameters:{a",
    "resource.v1alpha2.VendorParameters driverName:s parameters:{a",
    "resource.v1alpha3.AllocatedDeviceStatus conditions:[>meta.v1.Condition data:{a "
      "device!:s driver!:s networkData:>NetworkDeviceData pool!:s",
    "resource.v1alpha3.AllocationResult controller:s@-31 devices:>DeviceAllocationResult "
      "nodeSelector:>core.v1.NodeSelector",
    "resource.v1alpha3.BasicDevice allNodes:b@33- attributes:{>DeviceAttribute capacity:{q "
      "consumesCounters:[>DeviceCounterConsumption@33- nodeName:s@33- "
      "nodeSelector:>core.v1.NodeSelector@33- taints:[>DeviceTaint@33-",
    "resource.v1alpha3.CELDeviceSelector expression!:s",
    "resource.v1alpha3.Counter value!:q",
    "resource.v1alpha3.CounterSet counters!:{>Counter name!:s",
    "resource.v1alpha3.Device basic:>BasicDevice name!:s",
    "resource.v1alpha3.DeviceAllocationConfiguration opaque:>OpaqueDeviceConfiguration "
      "requests:[s source!:s",
    "resource.v1alpha3.DeviceAllocationResult config:[>DeviceAllocationConfiguration "
      "results:[>DeviceRequestAllocationResult",
    "resource.v1alpha3.DeviceAttribute bool:b int:l string:s version:s",
    "resource.v1alpha3.DeviceClaim config:[>DeviceClaimConfiguration "
      "constraints:[>DeviceConstraint requests:[>DeviceRequest",
    "resource.v1alpha3.DeviceClaimConfiguration opaque:>OpaqueDeviceConfiguration requests:[s",
    "resource.v1alpha3.DeviceClass apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeviceClassSpec",
    "resource.v1alpha3.DeviceClassConfiguration opaque:>OpaqueDeviceConfiguration",
    "resource.v1alpha3.DeviceClassSpec config:[>DeviceClassConfiguration "
      "selectors:[>DeviceSelector suitableNodes:>core.v1.NodeSelector@-31",
    "resource.v1alpha3.DeviceConstraint matchAttribute:s requests:[s",
    "resource.v1alpha3.DeviceCounterConsumption counterSet!:s counters!:{>Counter",
    "resource.v1alpha3.DeviceRequest adminAccess:b allocationMode:s count:l "
      "deviceClassName!:s@-32 deviceClassName:s@33- firstAvailable:[>DeviceSubRequest@33- "
      "name!:s selectors:[>DeviceSelector tolerations:[>DeviceToleration@33-",
    "resource.v1alpha3.DeviceRequestAllocationResult adminAccess:b@32- device!:s driver!:s "
      "pool!:s request!:s tolerations:[>DeviceToleration@33-",
    "resource.v1alpha3.DeviceSelector cel:>CELDeviceSelector",
    "resource.v1alpha3.DeviceSubRequest allocationMode:s count:l deviceClassName!:s name!:s "
      "selectors:[>DeviceSelector tolerations:[>DeviceToleration",
    "resource.v1alpha3.DeviceTaint effect!:s=NoExecute|NoSchedule|None key!:s timeAdded:t "
      "value:s",
    "resource.v1alpha3.DeviceTaintRule apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeviceTaintRuleSpec status:>DeviceTaintRuleStatus@35-",
    "resource.v1alpha3.DeviceTaintRuleSpec deviceSelector:>DeviceTaintSelector "
      "taint!:>DeviceTaint",
    "resource.v1alpha3.DeviceTaintRuleStatus conditions:[>meta.v1.Condition",
    "resource.v1alpha3.DeviceTaintSelector device:s deviceClassName:s@-34 driver:s pool:s "
      "selectors:[>DeviceSelector@-34",
    "resource.v1alpha3.DeviceToleration effect:s key:s operator:s tolerationSeconds:l value:s",
    "resource.v1alpha3.NetworkDeviceData hardwareAddress:s interfaceName:s ips:[s",
    "resource.v1alpha3.OpaqueDeviceConfiguration driver!:s parameters!:{a",
    "resource.v1alpha3.PartitionTypeStatus allocatable!:i attribute!:s total!:i type!:s",
    "resource.v1alpha3.PodSchedulingContext apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>PodSchedulingContextSpec status:>PodSchedulingContextStatus",
    "resource.v1alpha3.PodSchedulingContextSpec potentialNodes:[s selectedNode:s",
    "resource.v1alpha3.PodSchedulingContextStatus "
      "resourceClaims:[>ResourceClaimSchedulingStatus",
    "resource.v1alpha3.PoolStatus allocatedDevices:i availableDevices:i driver!:s "
      "generation!:l nodeName:s partitionSummary:[>PartitionTypeStatus@37- poolName!:s "
      "resourceSliceCount:i shareableSummary:>ShareableSummaryStatus@37- totalDevices:i "
      "unavailableDevices:i validationError:s",
    "resource.v1alpha3.ResourceClaim apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec status:>ResourceClaimStatus",
    "resource.v1alpha3.ResourceClaimConsumerReference apiGroup:s name!:s resource!:s uid!:s",
    "resource.v1alpha3.ResourceClaimSchedulingStatus name!:s unsuitableNodes:[s",
    "resource.v1alpha3.ResourceClaimSpec controller:s@-31 devices:>DeviceClaim",
    "resource.v1alpha3.ResourceClaimStatus allocation:>AllocationResult "
      "deallocationRequested:b@-31 devices:[>AllocatedDeviceStatus@32- "
      "reservedFor:[>ResourceClaimConsumerReference",
    "resource.v1alpha3.ResourceClaimTemplate apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec!:>ResourceClaimTemplateSpec",
    "resource.v1alpha3.ResourceClaimTemplateSpec metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec",
    "resource.v1alpha3.ResourcePool generation!:l name!:s resourceSliceCount!:l",
    "resource.v1alpha3.ResourcePoolStatusRequest apiVersion:s kind:s "
      "metadata!:>meta.v1.ObjectMeta spec!:>ResourcePoolStatusRequestSpec "
      "status:>ResourcePoolStatusRequestStatus",
    "resource.v1alpha3.ResourcePoolStatusRequestSpec defaultPartitionTypeAttribute:s@37- "
      "driver!:s limit:i poolName:s",
    "resource.v1alpha3.ResourcePoolStatusRequestStatus conditions:[>meta.v1.Condition "
      "poolCount!:i pools:[>PoolStatus",
    "resource.v1alpha3.ResourceSlice apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceSliceSpec",
    "resource.v1alpha3.ResourceSliceSpec allNodes:b devices:[>Device driver!:s nodeName:s "
      "nodeSelector:>core.v1.NodeSelector perDeviceNodeSelection:b@33- pool!:>ResourcePool "
      "sharedCounters:[>CounterSet@33-",
    "resource.v1alpha3.ShareableCapacityStatus available!:q consumed!:q name!:s total!:q",
    "resource.v1alpha3.ShareableSummaryStatus capacity:[>ShareableCapacityStatus "
      "fullyAvailableDevices!:i partiallyAvailableDevices!:i",
    "resource.v1beta1.AllocatedDeviceStatus conditions:[>meta.v1.Condition data:{a device!:s "
      "driver!:s networkData:>NetworkDeviceData pool!:s shareID:s@34-",
    "resource.v1beta1.AllocationResult allocationTimestamp:t@34- "
      "devices:>DeviceAllocationResult nodeSelector:>core.v1.NodeSelector",
    "resource.v1beta1.BasicDevice allNodes:b@33- allowMultipleAllocations:b@34- "
      "attributes:{>DeviceAttribute bindingConditions:[s@34- bindingFailureConditions:[s@34- "
      "bindsToNode:b@34- capacity:{>DeviceCapacity "
      "consumesCounters:[>DeviceCounterConsumption@33- "
      "nodeAllocatableResourceMappings:{>NodeAllocatableResourceMapping@36-36 "
      "nodeAllocatableResources:{>NodeAllocatableResource@37- nodeName:s@33- "
      "nodeSelector:>core.v1.NodeSelector@33- taints:[>DeviceTaint@33-",
    "resource.v1beta1.CELDeviceSelector expression!:s",
    "resource.v1beta1.CapacityRequestPolicy default:q validRange:>CapacityRequestPolicyRange "
      "validValues:[q",
    "resource.v1beta1.CapacityRequestPolicyRange max:q min!:q step:q",
    "resource.v1beta1.CapacityRequirements requests:{q",
    "resource.v1beta1.Counter value!:q",
    "resource.v1beta1.CounterSet counters!:{>Counter name!:s",
    "resource.v1beta1.Device basic:>BasicDevice name!:s",
    "resource.v1beta1.DeviceAllocationConfiguration opaque:>OpaqueDeviceConfiguration "
      "requests:[s source!:s=FromClaim|FromClass",
    "resource.v1beta1.DeviceAllocationResult config:[>DeviceAllocationConfiguration "
      "results:[>DeviceRequestAllocationResult",
    "resource.v1beta1.DeviceAttribute bool:b bools:[b@36- int:l ints:[l@36- string:s "
      "strings:[s@36- version:s versions:[s@36-",
    "resource.v1beta1.DeviceCapacity requestPolicy:>CapacityRequestPolicy@34- value!:q",
    "resource.v1beta1.DeviceClaim config:[>DeviceClaimConfiguration "
      "constraints:[>DeviceConstraint requests:[>DeviceRequest",
    "resource.v1beta1.DeviceClaimConfiguration opaque:>OpaqueDeviceConfiguration requests:[s",
    "resource.v1beta1.DeviceClass apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeviceClassSpec@-36 spec:>DeviceClassSpec@37-",
    "resource.v1beta1.DeviceClassConfiguration opaque:>OpaqueDeviceConfiguration",
    "resource.v1beta1.DeviceClassSpec config:[>DeviceClassConfiguration "
      "extendedResourceName:s@34- selectors:[>DeviceSelector",
    "resource.v1beta1.DeviceConstraint distinctAttribute:s@34- matchAttribute:s requests:[s",
    "resource.v1beta1.DeviceCounterConsumption compatibilityGroups:[s@37- counterSet!:s "
      "counters!:{>Counter",
    "resource.v1beta1.DeviceDerivedAttribute expression!:s name!:s",
    "resource.v1beta1.DeviceRequest adminAccess:b allocationMode:s "
      "capacity:>CapacityRequirements@34- count:l "
      "derivedAttributes:[>DeviceDerivedAttribute@37- deviceClassName!:s@-32 "
      "deviceClassName:s@33- firstAvailable:[>DeviceSubRequest@33- name!:s "
      "selectors:[>DeviceSelector tolerations:[>DeviceToleration@33-",
    "resource.v1beta1.DeviceRequestAllocationResult adminAccess:b bindingConditions:[s@34- "
      "bindingFailureConditions:[s@34- consumedCapacity:{q@34- device!:s driver!:s pool!:s "
      "request!:s shareID:s@34- "
      "skipNodeOperations:[s=*|NodePrepareResources|NodeUnprepareResources@37- "
      "tolerations:[>DeviceToleration@33-",
    "resource.v1beta1.DeviceSelector cel:>CELDeviceSelector",
    "resource.v1beta1.DeviceSubRequest allocationMode:s capacity:>CapacityRequirements@34- "
      "count:l derivedAttributes:[>DeviceDerivedAttribute@37- deviceClassName!:s name!:s "
      "selectors:[>DeviceSelector tolerations:[>DeviceToleration",
    "resource.v1beta1.DeviceTaint effect!:s=NoExecute|NoSchedule|None key!:s timeAdded:t "
      "value:s",
    "resource.v1beta1.DeviceToleration effect:s=NoExecute|NoSchedule|None key:s "
      "operator:s=Equal|Exists tolerationSeconds:l value:s",
    "resource.v1beta1.NetworkDeviceData hardwareAddress:s interfaceName:s ips:[s",
    "resource.v1beta1.NodeAllocatableMapping capacityKey:s capacityMultiplier:q "
      "deviceMultiplier:q",
    "resource.v1beta1.NodeAllocatableOverhead perContainer:q perPod:q",
    "resource.v1beta1.NodeAllocatableResource mapping:>NodeAllocatableMapping "
      "overhead:>NodeAllocatableOverhead",
    "resource.v1beta1.NodeAllocatableResourceMapping allocationMultiplier:q capacityKey:s",
    "resource.v1beta1.OpaqueDeviceConfiguration driver!:s parameters!:{a",
    "resource.v1beta1.ResourceClaim apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec@-36 spec:>ResourceClaimSpec@37- status:>ResourceClaimStatus",
    "resource.v1beta1.ResourceClaimConsumerReference apiGroup:s name!:s resource!:s uid!:s",
    "resource.v1beta1.ResourceClaimSpec devices:>DeviceClaim",
    "resource.v1beta1.ResourceClaimStatus allocation:>AllocationResult "
      "devices:[>AllocatedDeviceStatus reservedFor:[>ResourceClaimConsumerReference",
    "resource.v1beta1.ResourceClaimTemplate apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimTemplateSpec@-36 spec:>ResourceClaimTemplateSpec@37-",
    "resource.v1beta1.ResourceClaimTemplateSpec metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec@-36 spec:>ResourceClaimSpec@37-",
    "resource.v1beta1.ResourcePool generation!:l name!:s resourceSliceCount!:l",
    "resource.v1beta1.ResourceSlice apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceSliceSpec",
    "resource.v1beta1.ResourceSliceSpec allNodes:b devices:[>Device driver!:s nodeName:s "
      "nodeSelector:>core.v1.NodeSelector partitionTypeAttribute:s@37- "
      "perDeviceNodeSelection:b@33- pool!:>ResourcePool sharedCounters:[>CounterSet@33- "
      "skipNodeOperations:[s=*|NodePrepareResources|NodeUnprepareResources@37-",
    "resource.v1beta2.AllocatedDeviceStatus conditions:[>meta.v1.Condition data:{a device!:s "
      "driver!:s networkData:>NetworkDeviceData pool!:s shareID:s@34-",
    "resource.v1beta2.AllocationResult allocationTimestamp:t@34- "
      "devices:>DeviceAllocationResult nodeSelector:>core.v1.NodeSelector",
    "resource.v1beta2.CELDeviceSelector expression!:s",
    "resource.v1beta2.CapacityRequestPolicy default:q validRange:>CapacityRequestPolicyRange "
      "validValues:[q",
    "resource.v1beta2.CapacityRequestPolicyRange max:q min!:q step:q",
    "resource.v1beta2.CapacityRequirements requests:{q",
    "resource.v1beta2.Counter value!:q",
    "resource.v1beta2.CounterSet counters!:{>Counter name!:s",
    "resource.v1beta2.Device allNodes:b allowMultipleAllocations:b@34- "
      "attributes:{>DeviceAttribute bindingConditions:[s@34- bindingFailureConditions:[s@34- "
      "bindsToNode:b@34- capacity:{>DeviceCapacity consumesCounters:[>DeviceCounterConsumption "
      "name!:s nodeAllocatableResourceMappings:{>NodeAllocatableResourceMapping@36-36 "
      "nodeAllocatableResources:{>NodeAllocatableResource@37- nodeName:s "
      "nodeSelector:>core.v1.NodeSelector taints:[>DeviceTaint",
    "resource.v1beta2.DeviceAllocationConfiguration opaque:>OpaqueDeviceConfiguration "
      "requests:[s source!:s=FromClaim|FromClass",
    "resource.v1beta2.DeviceAllocationResult config:[>DeviceAllocationConfiguration "
      "results:[>DeviceRequestAllocationResult",
    "resource.v1beta2.DeviceAttribute bool:b bools:[b@36- int:l ints:[l@36- string:s "
      "strings:[s@36- version:s versions:[s@36-",
    "resource.v1beta2.DeviceCapacity requestPolicy:>CapacityRequestPolicy@34- value!:q",
    "resource.v1beta2.DeviceClaim config:[>DeviceClaimConfiguration "
      "constraints:[>DeviceConstraint requests:[>DeviceRequest",
    "resource.v1beta2.DeviceClaimConfiguration opaque:>OpaqueDeviceConfiguration requests:[s",
    "resource.v1beta2.DeviceClass apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeviceClassSpec@-36 spec:>DeviceClassSpec@37-",
    "resource.v1beta2.DeviceClassConfiguration opaque:>OpaqueDeviceConfiguration",
    "resource.v1beta2.DeviceClassSpec config:[>DeviceClassConfiguration "
      "extendedResourceName:s@34- selectors:[>DeviceSelector",
    "resource.v1beta2.DeviceConstraint distinctAttribute:s@34- matchAttribute:s requests:[s",
    "resource.v1beta2.DeviceCounterConsumption compatibilityGroups:[s@37- counterSet!:s "
      "counters!:{>Counter",
    "resource.v1beta2.DeviceDerivedAttribute expression!:s name!:s",
    "resource.v1beta2.DeviceRequest exactly:>ExactDeviceRequest "
      "firstAvailable:[>DeviceSubRequest name!:s",
    "resource.v1beta2.DeviceRequestAllocationResult adminAccess:b bindingConditions:[s@34- "
      "bindingFailureConditions:[s@34- consumedCapacity:{q@34- device!:s driver!:s pool!:s "
      "request!:s shareID:s@34- "
      "skipNodeOperations:[s=*|NodePrepareResources|NodeUnprepareResources@37- "
      "tolerations:[>DeviceToleration",
    "resource.v1beta2.DeviceSelector cel:>CELDeviceSelector",
    "resource.v1beta2.DeviceSubRequest allocationMode:s capacity:>CapacityRequirements@34- "
      "count:l derivedAttributes:[>DeviceDerivedAttribute@37- deviceClassName!:s name!:s "
      "selectors:[>DeviceSelector tolerations:[>DeviceToleration",
    "resource.v1beta2.DeviceTaint effect!:s=NoExecute|NoSchedule|None key!:s timeAdded:t "
      "value:s",
    "resource.v1beta2.DeviceTaintRule apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>DeviceTaintRuleSpec status:>DeviceTaintRuleStatus",
    "resource.v1beta2.DeviceTaintRuleSpec deviceSelector:>DeviceTaintSelector "
      "taint!:>DeviceTaint",
    "resource.v1beta2.DeviceTaintRuleStatus conditions:[>meta.v1.Condition",
    "resource.v1beta2.DeviceTaintSelector device:s driver:s pool:s",
    "resource.v1beta2.DeviceToleration effect:s=NoExecute|NoSchedule|None key:s "
      "operator:s=Equal|Exists tolerationSeconds:l value:s",
    "resource.v1beta2.ExactDeviceRequest adminAccess:b allocationMode:s "
      "capacity:>CapacityRequirements@34- count:l "
      "derivedAttributes:[>DeviceDerivedAttribute@37- deviceClassName!:s "
      "selectors:[>DeviceSelector tolerations:[>DeviceToleration",
    "resource.v1beta2.NetworkDeviceData hardwareAddress:s interfaceName:s ips:[s",
    "resource.v1beta2.NodeAllocatableMapping capacityKey:s capacityMultiplier:q "
      "deviceMultiplier:q",
    "resource.v1beta2.NodeAllocatableOverhead perContainer:q perPod:q",
    "resource.v1beta2.NodeAllocatableResource mapping:>NodeAllocatableMapping "
      "overhead:>NodeAllocatableOverhead",
    "resource.v1beta2.NodeAllocatableResourceMapping allocationMultiplier:q capacityKey:s",
    "resource.v1beta2.OpaqueDeviceConfiguration driver!:s parameters!:{a",
    "resource.v1beta2.ResourceClaim apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec@-36 spec:>ResourceClaimSpec@37- status:>ResourceClaimStatus",
    "resource.v1beta2.ResourceClaimConsumerReference apiGroup:s name!:s resource!:s uid!:s",
    "resource.v1beta2.ResourceClaimSpec devices:>DeviceClaim",
    "resource.v1beta2.ResourceClaimStatus allocation:>AllocationResult "
      "devices:[>AllocatedDeviceStatus reservedFor:[>ResourceClaimConsumerReference",
    "resource.v1beta2.ResourceClaimTemplate apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimTemplateSpec@-36 spec:>ResourceClaimTemplateSpec@37-",
    "resource.v1beta2.ResourceClaimTemplateSpec metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceClaimSpec@-36 spec:>ResourceClaimSpec@37-",
    "resource.v1beta2.ResourcePool generation!:l name!:s resourceSliceCount!:l",
    "resource.v1beta2.ResourceSlice apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>ResourceSliceSpec",
    "resource.v1beta2.ResourceSliceSpec allNodes:b devices:[>Device driver!:s nodeName:s "
      "nodeSelector:>core.v1.NodeSelector partitionTypeAttribute:s@37- "
      "perDeviceNodeSelection:b pool!:>ResourcePool sharedCounters:[>CounterSet "
      "skipNodeOperations:[s=*|NodePrepareResources|NodeUnprepareResources@37-",
    "scheduling.v1.PriorityClass apiVersion:s description:s globalDefault:b kind:s "
      "metadata:>meta.v1.ObjectMeta preemptionPolicy:s value!:i@-35 value:i@36-",
    "scheduling.v1alpha1.GangSchedulingPolicy minCount!:i",
    "scheduling.v1alpha1.PodGroup name!:s policy!:>PodGroupPolicy",
    "scheduling.v1alpha1.PodGroupPolicy basic:{a gang:>GangSchedulingPolicy",
    "scheduling.v1alpha1.TypedLocalObjectReference apiGroup:s kind!:s name!:s",
    "scheduling.v1alpha1.Workload apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>WorkloadSpec",
    "scheduling.v1alpha1.WorkloadSpec controllerRef:>TypedLocalObjectReference "
      "podGroups!:[>PodGroup",
    "scheduling.v1alpha2.GangSchedulingPolicy minCount!:i",
    "scheduling.v1alpha2.PodGroup apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>PodGroupSpec status:>PodGroupStatus",
    "scheduling.v1alpha2.PodGroupResourceClaim name!:s resourceClaimName:s "
      "resourceClaimTemplateName:s",
    "scheduling.v1alpha2.PodGroupResourceClaimStatus name!:s resourceClaimName:s",
    "scheduling.v1alpha2.PodGroupSchedulingConstraints topology:[>TopologyConstraint",
    "scheduling.v1alpha2.PodGroupSchedulingPolicy basic:{a gang:>GangSchedulingPolicy",
    "scheduling.v1alpha2.PodGroupSpec disruptionMode:s "
      "podGroupTemplateRef:>PodGroupTemplateReference priority:i priorityClassName:s "
      "resourceClaims:[>PodGroupResourceClaim "
      "schedulingConstraints:>PodGroupSchedulingConstraints "
      "schedulingPolicy!:>PodGroupSchedulingPolicy",
    "scheduling.v1alpha2.PodGroupStatus conditions:[>meta.v1.Condition "
      "resourceClaimStatuses:[>PodGroupResourceClaimStatus",
    "scheduling.v1alpha2.PodGroupTemplate disruptionMode:s name!:s priority:i "
      "priorityClassName:s resourceClaims:[>PodGroupResourceClaim "
      "schedulingConstraints:>PodGroupSchedulingConstraints "
      "schedulingPolicy!:>PodGroupSchedulingPolicy",
    "scheduling.v1alpha2.PodGroupTemplateReference "
      "workload:>WorkloadPodGroupTemplateReference",
    "scheduling.v1alpha2.TopologyConstraint key!:s",
    "scheduling.v1alpha2.TypedLocalObjectReference apiGroup:s kind!:s name!:s",
    "scheduling.v1alpha2.Workload apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>WorkloadSpec",
    "scheduling.v1alpha2.WorkloadPodGroupTemplateReference podGroupTemplateName!:s "
      "workloadName!:s",
    "scheduling.v1alpha2.WorkloadSpec controllerRef:>TypedLocalObjectReference "
      "podGroupTemplates!:[>PodGroupTemplate",
    "scheduling.v1alpha3.CompositeDisruptionMode all:{a single:{a",
    "scheduling.v1alpha3.CompositeGangSchedulingPolicy minGroupCount!:i",
    "scheduling.v1alpha3.CompositePodGroup apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>CompositePodGroupSpec status:>CompositePodGroupStatus",
    "scheduling.v1alpha3.CompositePodGroupSchedulingConstraints topology:[>TopologyConstraint",
    "scheduling.v1alpha3.CompositePodGroupSchedulingPolicy basic:{a "
      "gang:>CompositeGangSchedulingPolicy",
    "scheduling.v1alpha3.CompositePodGroupSpec disruptionMode:>CompositeDisruptionMode "
      "parentCompositePodGroupName:s preemptionPolicy:s=Never|PreemptLowerPriority priority:i "
      "priorityClassName:s schedulingConstraints:>CompositePodGroupSchedulingConstraints "
      "schedulingPolicy!:>CompositePodGroupSchedulingPolicy workloadRef!:>WorkloadReference",
    "scheduling.v1alpha3.CompositePodGroupStatus conditions:[>meta.v1.Condition",
    "scheduling.v1alpha3.CompositePodGroupTemplate "
      "compositePodGroupTemplates:[>CompositePodGroupTemplate "
      "disruptionMode:>CompositeDisruptionMode name!:s podGroupTemplates:[>PodGroupTemplate "
      "preemptionPolicy:s=Never|PreemptLowerPriority priority:i priorityClassName:s "
      "schedulingConstraints:>CompositePodGroupSchedulingConstraints "
      "schedulingPolicy!:>CompositePodGroupSchedulingPolicy",
    "scheduling.v1alpha3.DisruptionMode all:{a single:{a",
    "scheduling.v1alpha3.GangSchedulingPolicy minCount!:i",
    "scheduling.v1alpha3.PodGroup apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>PodGroupSpec status:>PodGroupStatus",
    "scheduling.v1alpha3.PodGroupResourceClaim name!:s resourceClaimName:s "
      "resourceClaimTemplateName:s",
    "scheduling.v1alpha3.PodGroupResourceClaimStatus name!:s resourceClaimName:s",
    "scheduling.v1alpha3.PodGroupSchedulingConstraints topology:[>TopologyConstraint",
    "scheduling.v1alpha3.PodGroupSchedulingPolicy basic:{a gang:>GangSchedulingPolicy",
    "scheduling.v1alpha3.PodGroupSpec disruptionMode:>DisruptionMode "
      "parentCompositePodGroupName:s preemptionPolicy:s=Never|PreemptLowerPriority priority:i "
      "priorityClassName:s resourceClaims:[>PodGroupResourceClaim "
      "schedulingConstraints:>PodGroupSchedulingConstraints "
      "schedulingPolicy!:>PodGroupSchedulingPolicy workloadRef:>WorkloadReference",
    "scheduling.v1alpha3.PodGroupStatus conditions:[>meta.v1.Condition "
      "resourceClaimStatuses:[>PodGroupResourceClaimStatus",
    "scheduling.v1alpha3.PodGroupTemplate disruptionMode:>DisruptionMode name!:s "
      "preemptionPolicy:s=Never|PreemptLowerPriority priority:i priorityClassName:s "
      "resourceClaims:[>PodGroupResourceClaim "
      "schedulingConstraints:>PodGroupSchedulingConstraints "
      "schedulingPolicy!:>PodGroupSchedulingPolicy",
    "scheduling.v1alpha3.TopologyConstraint key!:s",
    "scheduling.v1alpha3.TypedLocalObjectReference apiGroup:s kind!:s name!:s",
    "scheduling.v1alpha3.Workload apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>WorkloadSpec",
    "scheduling.v1alpha3.WorkloadPodGroupDisruptionMode all:{a single:{a",
    "scheduling.v1alpha3.WorkloadPodGroupGangSchedulingPolicy minCount:i",
    "scheduling.v1alpha3.WorkloadPodGroupResourceClaim name!:s resourceClaimName:s "
      "resourceClaimTemplateName:s",
    "scheduling.v1alpha3.WorkloadPodGroupSchedulingConstraints topology:[>TopologyConstraint",
    "scheduling.v1alpha3.WorkloadPodGroupSchedulingPolicy basic:{a "
      "gang:>WorkloadPodGroupGangSchedulingPolicy",
    "scheduling.v1alpha3.WorkloadReference templateName!:s workloadName!:s",
    "scheduling.v1alpha3.WorkloadSpec compositePodGroupTemplates:[>CompositePodGroupTemplate "
      "controllerRef:>TypedLocalObjectReference podGroupTemplates:[>PodGroupTemplate",
    "scheduling.v1beta1.CompositeDisruptionMode all:{a single:{a",
    "scheduling.v1beta1.CompositeGangSchedulingPolicy minGroupCount!:i",
    "scheduling.v1beta1.CompositePodGroupSchedulingConstraints topology:[>TopologyConstraint",
    "scheduling.v1beta1.CompositePodGroupSchedulingPolicy basic:{a "
      "gang:>CompositeGangSchedulingPolicy",
    "scheduling.v1beta1.CompositePodGroupTemplate "
      "compositePodGroupTemplates:[>CompositePodGroupTemplate "
      "disruptionMode:>CompositeDisruptionMode name!:s podGroupTemplates:[>PodGroupTemplate "
      "preemptionPolicy:s=Never|PreemptLowerPriority priority:i priorityClassName:s "
      "schedulingConstraints:>CompositePodGroupSchedulingConstraints "
      "schedulingPolicy!:>CompositePodGroupSchedulingPolicy",
    "scheduling.v1beta1.DisruptionMode all:{a single:{a",
    "scheduling.v1beta1.GangSchedulingPolicy minCount!:i",
    "scheduling.v1beta1.PodGroup apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>PodGroupSpec status:>PodGroupStatus",
    "scheduling.v1beta1.PodGroupResourceClaim name!:s resourceClaimName:s "
      "resourceClaimTemplateName:s",
    "scheduling.v1beta1.PodGroupResourceClaimStatus name!:s resourceClaimName:s",
    "scheduling.v1beta1.PodGroupSchedulingConstraints topology:[>TopologyConstraint",
    "scheduling.v1beta1.PodGroupSchedulingPolicy basic:{a gang:>GangSchedulingPolicy",
    "scheduling.v1beta1.PodGroupSpec disruptionMode:>DisruptionMode "
      "parentCompositePodGroupName:s preemptionPolicy:s=Never|PreemptLowerPriority priority:i "
      "priorityClassName:s resourceClaims:[>PodGroupResourceClaim "
      "schedulingConstraints:>PodGroupSchedulingConstraints "
      "schedulingPolicy!:>PodGroupSchedulingPolicy workloadRef:>WorkloadReference",
    "scheduling.v1beta1.PodGroupStatus conditions:[>meta.v1.Condition "
      "resourceClaimStatuses:[>PodGroupResourceClaimStatus",
    "scheduling.v1beta1.PodGroupTemplate disruptionMode:>DisruptionMode name!:s "
      "preemptionPolicy:s=Never|PreemptLowerPriority priority:i priorityClassName:s "
      "resourceClaims:[>PodGroupResourceClaim "
      "schedulingConstraints:>PodGroupSchedulingConstraints "
      "schedulingPolicy!:>PodGroupSchedulingPolicy",
    "scheduling.v1beta1.TopologyConstraint key!:s",
    "scheduling.v1beta1.TypedLocalObjectReference apiGroup:s kind!:s name!:s",
    "scheduling.v1beta1.Workload apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>WorkloadSpec",
    "scheduling.v1beta1.WorkloadReference templateName!:s workloadName!:s",
    "scheduling.v1beta1.WorkloadSpec compositePodGroupTemplates:[>CompositePodGroupTemplate "
      "controllerRef:>TypedLocalObjectReference podGroupTemplates:[>PodGroupTemplate",
    "storage.v1.CSIDriver apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>CSIDriverSpec",
    "storage.v1.CSIDriverSpec attachRequired:b fsGroupPolicy:s "
      "nodeAllocatableUpdatePeriodSeconds:l@33- podInfoOnMount:b "
      "preventPodSchedulingIfMissing:b@36- requiresRepublish:b seLinuxMount:b "
      "serviceAccountTokenInSecrets:b@35- storageCapacity:b tokenRequests:[>TokenRequest "
      "volumeLifecycleModes:[s",
    "storage.v1.CSINode apiVersion:s kind:s metadata:>meta.v1.ObjectMeta spec!:>CSINodeSpec "
      "status:>CSINodeStatus@37-",
    "storage.v1.CSINodeDriver allocatable:>VolumeNodeResources name!:s nodeID!:s "
      "topologyKeys:[s",
    "storage.v1.CSINodeSpec drivers!:[>CSINodeDriver",
    "storage.v1.CSINodeStatus storageHealth:[>StorageHealth",
    "storage.v1.CSIStorageCapacity apiVersion:s capacity:q kind:s maximumVolumeSize:q "
      "metadata:>meta.v1.ObjectMeta nodeTopology:>meta.v1.LabelSelector storageClassName!:s",
    "storage.v1.StorageClass allowVolumeExpansion:b "
      "allowedTopologies:[>core.v1.TopologySelectorTerm apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta mountOptions:[s parameters:{s provisioner!:s "
      "reclaimPolicy:s volumeBindingMode:s=Immediate|WaitForFirstConsumer",
    "storage.v1.StorageHealth healthConditions:[>StorageHealthCondition name!:s",
    "storage.v1.StorageHealthCondition accessMode:s lastTransitionTime:t message:s reason!:s "
      "status!:s=StorageDegraded|StorageUnreachable volumeMode:s",
    "storage.v1.TokenRequest audience!:s expirationSeconds:l",
    "storage.v1.VolumeAttachment apiVersion:s kind:s metadata:>meta.v1.ObjectMeta "
      "spec!:>VolumeAttachmentSpec status:>VolumeAttachmentStatus",
    "storage.v1.VolumeAttachmentSource inlineVolumeSpec:>core.v1.PersistentVolumeSpec "
      "persistentVolumeName:s",
    "storage.v1.VolumeAttachmentSpec attacher!:s nodeName!:s source!:>VolumeAttachmentSource",
    "storage.v1.VolumeAttachmentStatus attachError:>VolumeError attached!:b "
      "attachmentMetadata:{s detachError:>VolumeError",
    "storage.v1.VolumeAttributesClass apiVersion:s driverName!:s kind:s "
      "metadata:>meta.v1.ObjectMeta parameters:{s",
    "storage.v1.VolumeError errorCode:i@33- message:s time:t",
    "storage.v1.VolumeNodeResources count:i",
    "storage.v1alpha1.VolumeAttributesClass apiVersion:s driverName!:s kind:s "
      "metadata:>meta.v1.ObjectMeta parameters:{s",
    "storage.v1beta1.CSIStorageCapacity apiVersion:s capacity:q kind:s maximumVolumeSize:q "
      "metadata:>meta.v1.ObjectMeta nodeTopology:>meta.v1.LabelSelector storageClassName!:s",
    "storage.v1beta1.VolumeAttributesClass apiVersion:s driverName!:s kind:s "
      "metadata:>meta.v1.ObjectMeta parameters:{s",
    "storagemigration.v1.StorageVersionMigration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>StorageVersionMigrationSpec "
      "status:>StorageVersionMigrationStatus",
    "storagemigration.v1.StorageVersionMigrationSpec resource!:>meta.v1.GroupResource",
    "storagemigration.v1.StorageVersionMigrationStatus conditions:[>meta.v1.Condition "
      "resourceVersion:s",
    "storagemigration.v1alpha1.GroupVersionResource group:s resource:s version:s",
    "storagemigration.v1alpha1.MigrationCondition lastUpdateTime:t message:s reason:s "
      "status!:s type!:s",
    "storagemigration.v1alpha1.StorageVersionMigration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>StorageVersionMigrationSpec "
      "status:>StorageVersionMigrationStatus",
    "storagemigration.v1alpha1.StorageVersionMigrationSpec continueToken:s "
      "resource!:>GroupVersionResource",
    "storagemigration.v1alpha1.StorageVersionMigrationStatus conditions:[>MigrationCondition "
      "resourceVersion:s",
    "storagemigration.v1beta1.StorageVersionMigration apiVersion:s kind:s "
      "metadata:>meta.v1.ObjectMeta spec:>StorageVersionMigrationSpec "
      "status:>StorageVersionMigrationStatus",
    "storagemigration.v1beta1.StorageVersionMigrationSpec resource!:>meta.v1.GroupResource",
    "storagemigration.v1beta1.StorageVersionMigrationStatus conditions:[>meta.v1.Condition "
      "resourceVersion:s",
    NULL,
};
const size_t api_type_count = 973;
/* clang-format on */
