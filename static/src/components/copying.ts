/** Puts text on the clipboard; on plain http, where pages may not, through a field that is selected. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const field = document.createElement('textarea')
    field.value = text
    field.className = 'vh'
    document.body.append(field)
    field.select()
    // The only way left without a secure address; the page says so when it fails.
    const done = document.execCommand('copy')
    field.remove()
    return done
  }
}
