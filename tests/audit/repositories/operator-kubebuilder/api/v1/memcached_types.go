package v1

// MemcachedSpec is what a user asks for.
type MemcachedSpec struct {
	Size int32 `json:"size"`
}
